// A table that is chosen or dropped is sent at once, with its progress; without scripts the button does it.
(function () {
  "use strict";
  function each(scope, selector, run) { Array.prototype.forEach.call(scope.querySelectorAll(selector), run); }
  function part(form, name) { return form.querySelector("[data-upload-" + name + "]"); }
  function problem(form, text) {
    var line = part(form, "problem");
    line.hidden = !text;
    line.querySelector("span").textContent = text || "";
    form.querySelector(".dropzone-box").hidden = false;
    form.querySelector(".g-sending").hidden = true;
    if (text) form.querySelector("input[type=file]").value = "";
  }
  function size(bytes) { return bytes > 1048576 ? (bytes / 1048576).toFixed(1) + " MB" : Math.max(1, Math.round(bytes / 1024)) + " KB"; }
  function send(form, file) {
    var request = new XMLHttpRequest();
    var word = function (name) { return form.getAttribute("data-word-" + name); };
    var words = part(form, "words");
    var meter = form.querySelector(".g-sending progress");
    var data = new FormData(form);
    data.set("file", file, file.name);
    problem(form, "");
    form.querySelector(".dropzone-box").hidden = true;
    form.querySelector(".g-sending").hidden = false;
    words.textContent = word("sending") + " · " + file.name + " · " + size(file.size);
    meter.value = 0;
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", function (event) {
      if (event.lengthComputable) meter.value = Math.round(event.loaded * 100 / event.total);
    });
    request.upload.addEventListener("load", function () {
      words.textContent = word("checking") + " · " + file.name;
      meter.removeAttribute("value");
    });
    request.addEventListener("load", function () {
      var answer = null;
      try { answer = JSON.parse(request.responseText); } catch (error) { answer = null; }
      if (answer && answer.url) window.location.assign(answer.url);
      else if (answer && answer.error) problem(form, answer.error);
      else problem(form, request.status < 400 ? word("signed-out") : word("failed"));
    });
    request.addEventListener("error", function () { problem(form, word("failed")); });
    request.send(data);
  }
  each(document, "form[data-upload]", function (form) {
    var input = form.querySelector("input[type=file]");
    var box = form.querySelector("[data-drop]");
    input.addEventListener("change", function () { if (input.files.length) send(form, input.files[0]); });
    ["dragenter", "dragover"].forEach(function (type) { box.addEventListener(type, function () { box.classList.add("over"); }); });
    ["dragleave", "drop"].forEach(function (type) { box.addEventListener(type, function () { box.classList.remove("over"); }); });
    // Back from the next page: the chooser is as new.
    window.addEventListener("pageshow", function (event) { if (event.persisted) { form.reset(); problem(form, ""); } });
  });
  // A file that misses the box must not replace the page.
  ["dragover", "drop"].forEach(function (type) {
    window.addEventListener(type, function (event) { if (!event.target.closest || !event.target.closest("[data-drop]")) event.preventDefault(); });
  });
})();
