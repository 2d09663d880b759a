"""Calls a gateway with the sample models over gRPC, with stubs that protoc made of the protocol's definition.

    PYTHONPATH=<folder of the stubs> python3 over_grpc.py 127.0.0.1:8001
"""
import struct
import sys

import grpc
import health_pb2
import health_pb2_grpc
import open_inference_pb2 as v2
import open_inference_pb2_grpc

TIMEOUT = 30  # seconds of one call


def typed(model, numbers, id=""):
    tensor = v2.ModelInferRequest.InferInputTensor(name="x", datatype="FP32", shape=[len(numbers) // 3, 3])
    tensor.contents.fp32_contents.extend(numbers)
    return v2.ModelInferRequest(model_name=model, id=id, inputs=[tensor])


def raw(model, numbers):
    tensor = v2.ModelInferRequest.InferInputTensor(name="x", datatype="FP32", shape=[len(numbers) // 3, 3])
    return v2.ModelInferRequest(model_name=model, inputs=[tensor], raw_input_contents=[struct.pack(f"<{len(numbers)}f", *numbers)])


def fails(code, text, call, request):
    try:
        call(request, timeout=TIMEOUT)
    except grpc.RpcError as error:
        assert error.code() == code, error
        assert text in error.details(), error
        return error
    raise AssertionError(f"{code} was expected")


def server(inference, health):
    assert inference.ServerLive(v2.ServerLiveRequest(), timeout=TIMEOUT).live
    assert inference.ServerReady(v2.ServerReadyRequest(), timeout=TIMEOUT).ready
    said = inference.ServerMetadata(v2.ServerMetadataRequest(), timeout=TIMEOUT)
    assert said.name == "orleans-multiplex" and "model_repository" in said.extensions, said
    assert health.Check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT).status == health_pb2.HealthCheckResponse.SERVING


def description(inference, _):
    ready, call = inference.ModelReady.with_call(v2.ModelReadyRequest(name="1"), timeout=TIMEOUT)
    assert ready.ready and dict(call.trailing_metadata())["x-multiplex-state"] == "available", call.trailing_metadata()
    said = inference.ModelMetadata(v2.ModelMetadataRequest(name="1"), timeout=TIMEOUT)
    assert (said.name, list(said.versions)) == ("1", ["1"]), said
    assert [(x.name, x.datatype, list(x.shape)) for x in said.inputs] == [("x", "FP32", [-1, 3])], said
    config = inference.ModelConfig(v2.ModelConfigRequest(name="1"), timeout=TIMEOUT).config
    assert (config.name, config.input[0].name, config.input[0].data_type) == ("1", "x", v2.TYPE_FP32), config


def one_request(inference, _):
    answer = inference.ModelInfer(typed("1", [1, 2, 3], id="r-17"), timeout=TIMEOUT)
    assert (answer.model_name, answer.model_version, answer.id) == ("1", "1", "r-17"), answer
    assert list(answer.outputs[0].contents.fp32_contents) == [2, 4, 6] and not answer.raw_output_contents, answer

    answer = inference.ModelInfer(raw("3", [1, 2, 3, 4, 5, float("inf")]), timeout=TIMEOUT)
    assert list(answer.outputs[0].shape) == [2, 1] and not answer.outputs[0].HasField("contents"), answer
    assert struct.unpack("<2f", answer.raw_output_contents[0]) == (6, float("inf")), answer

    answer = inference.ModelInfer(typed("", [3, 1, 2]), metadata=[("multiplexed_model_id", "4")], timeout=TIMEOUT)
    assert list(answer.outputs[0].contents.fp32_contents) == [3, 2, 1], answer


def stream(inference, _):
    requests = [typed("2", [i, i, i], id=str(i)) for i in range(20)]
    requests[7].model_name = "nowhere"
    answers = list(inference.ModelStreamInfer(iter(requests), timeout=TIMEOUT))
    assert [answer.infer_response.id for answer in answers] == [str(i) for i in range(20)], answers
    assert "nowhere" in answers[7].error_message and not answers[8].error_message, answers
    assert list(answers[19].infer_response.outputs[0].contents.fp32_contents) == [361, 361, 361], answers[19]


def statistics(inference, _):
    def read():
        return inference.ModelStatistics(v2.ModelStatisticsRequest(name="2"), timeout=TIMEOUT).model_stats[0]

    before = read()
    for _ in range(5):
        inference.ModelInfer(typed("2", [1, 2, 3, 4, 5, 6]), timeout=TIMEOUT)
    after = read()
    assert (after.name, after.version) == ("2", "1"), after
    assert after.inference_stats.success.count - before.inference_stats.success.count == 5, (before, after)
    assert after.inference_count - before.inference_count == 10, (before, after)
    assert after.inference_stats.success.ns > before.inference_stats.success.ns, (before, after)
    assert {one.name for one in inference.ModelStatistics(v2.ModelStatisticsRequest(), timeout=TIMEOUT).model_stats} >= {"1", "2", "3", "4"}


def repository(inference, _):
    def states(ready=False):
        index = inference.RepositoryIndex(v2.RepositoryIndexRequest(ready=ready), timeout=TIMEOUT)
        return {model.name: model.state for model in index.models}

    for _ in range(2):
        inference.RepositoryModelUnload(v2.RepositoryModelUnloadRequest(model_name="1"), timeout=TIMEOUT)
    assert states()["1"] == "UNAVAILABLE" and "1" not in states(ready=True), states()
    for _ in range(2):
        inference.RepositoryModelLoad(v2.RepositoryModelLoadRequest(model_name="1"), timeout=TIMEOUT)
    assert states()["1"] == "READY" and "1" in states(ready=True), states()


def errors(inference, _):
    fails(grpc.StatusCode.NOT_FOUND, "nowhere", inference.ModelInfer, typed("nowhere", [1, 2, 3]))
    fails(grpc.StatusCode.NOT_FOUND, "nowhere", inference.RepositoryModelLoad, v2.RepositoryModelLoadRequest(model_name="nowhere"))
    fails(grpc.StatusCode.INVALID_ARGUMENT, "'x'", inference.ModelInfer, raw("1", [1, 2, 3, 4]))
    both = raw("1", [1, 2, 3])
    both.inputs[0].contents.fp32_contents.append(1)
    fails(grpc.StatusCode.INVALID_ARGUMENT, "'x'", inference.ModelInfer, both)


def main(address):
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        stubs = open_inference_pb2_grpc.GRPCInferenceServiceStub(channel), health_pb2_grpc.HealthStub(channel)
        for part in server, description, one_request, stream, statistics, repository, errors:
            part(*stubs)
            print(f"gRPC {part.__name__}: as it should be")


main(sys.argv[1])
