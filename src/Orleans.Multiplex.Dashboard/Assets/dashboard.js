"use strict";

// Where a browser keeps nothing, the choice lasts as long as the page.
window.dashboard = {
    getTheme: () => { try { return localStorage.getItem("multiplex-theme"); } catch { return null; } },
    setTheme: theme => { try { localStorage.setItem("multiplex-theme", theme); } catch { } }
};
