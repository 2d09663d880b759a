"use strict";
window.dashboard = {
    getTheme: () => localStorage.getItem("multiplex-theme"),
    setTheme: theme => localStorage.setItem("multiplex-theme", theme)
};
