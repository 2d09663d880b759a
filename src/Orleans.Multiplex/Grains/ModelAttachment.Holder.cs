using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

// What the attachment hears of its resident, and when it lets its activation go.
internal sealed partial class ModelAttachment
{
    public void OnLoadEnded(Resident resident, LoadOutcome outcome)
    {
        lock (_lock)
        {
            if (outcome.Failure is null)
            {
                Failures.Clear();
                return;
            }

            if (ReferenceEquals(_resident, resident))
            {
                _resident = null;
            }

            if (_search.PassOver(resident.Key.Version, outcome))
            {
                silo.AddLoose(this);
                return;
            }

            Remember(outcome);
        }
    }

    public void OnSuperseded(Resident resident, Resident successor)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_resident, resident) || _isDisposed)
            {
                return;
            }

            Hold(successor);
        }

        resident.RemoveHolder(this);
    }

    public void OnUnloading(Resident resident)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_resident, resident) || _isDisposed)
            {
                return;
            }

            _resident = null;
            silo.AddLoose(this);
            End.EndWhenIdle("The model was unloaded.");
        }
    }

    /// <summary>Lets the activation go when it holds no model and no failure that is to be remembered.</summary>
    public void Sweep()
    {
        lock (_lock)
        {
            if (_resident is not null)
            {
                silo.RemoveLoose(this);
                return;
            }

            if (_isActive && _search is not { IsUnderWay: true }
                && (Failures.Last is { } failure ? failure.IsOver(_time) : _time.GetElapsedTime(_createdAt) > IdleLife))
            {
                End.EndWhenIdle("The grain holds no model.");
            }
        }
    }
}
