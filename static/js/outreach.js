/* Forms of liaison: of several fields that depend on one choice, only the fitting one is shown.
   Without this script all of them are shown, and the server still takes only the fitting one. */
(function () {
  "use strict";
  document.querySelectorAll("[data-sources]").forEach(function (box) {
    var name = box.getAttribute("data-sources") || "source";
    var controls = box.querySelectorAll("[name='" + name + "']");
    function chosen() {
      for (var i = 0; i < controls.length; i += 1) {
        if (controls[i].type !== "radio" || controls[i].checked) { return controls[i].value; }
      }
      return "";
    }
    function show() {
      box.querySelectorAll("[data-source]").forEach(function (part) {
        part.hidden = part.getAttribute("data-source") !== chosen();
      });
    }
    controls.forEach(function (control) { control.addEventListener("change", show); });
    show();
  });
})();
