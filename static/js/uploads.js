// Files are sent one by one as soon as they are dropped or chosen, each with its progress; the form then names
// the stored files. A file whose bytes are already there is not sent again. Without this script the form sends
// the files itself.
// <form data-uploads="/projects/7/upload/" [data-uploads-kind="licence" | data-uploads-kind-from="kind"]
//       [data-uploads-send]>: with the last mark the form goes off when everything has arrived.
(function () {
  "use strict";
  var MOST_AT_ONCE = 2;
  var lang = (document.documentElement.lang || "zh").slice(0, 2);
  var SAY = lang === "zh"
    ? { waiting: "等待上传", checking: "正在核对", stored: "已上传", known: "已有此文件，无需重传", failed: "未能上传，请检查网络", again: "重试", drop: "移除", left: "还有文件正在上传，请稍候。" }
    : { waiting: "waiting", checking: "checking", stored: "uploaded", known: "already stored, not sent again", failed: "Not uploaded; check the line.", again: "Try again", drop: "Leave it out", left: "Files are still being uploaded." };
  var running = 0;
  var queue = [];

  function make(tag, css, text) {
    var element = document.createElement(tag);
    if (css) element.className = css;
    if (text) element.textContent = text;
    return element;
  }
  function size(bytes) { return bytes > 1048576 ? (bytes / 1048576).toFixed(1) + " MB" : Math.max(1, Math.round(bytes / 1024)) + " KB"; }
  function csrf(form) {
    var field = form.querySelector("input[name=csrfmiddlewaretoken]");
    return field ? field.value : document.body.getAttribute("data-csrf");
  }
  function kindOf(form) {
    var from = form.getAttribute("data-uploads-kind-from");
    var select = from ? form.elements[from] : null;
    return select ? select.value : form.getAttribute("data-uploads-kind") || "";
  }
  function hashOf(file) {
    if (!window.crypto || !crypto.subtle || !file.arrayBuffer) return Promise.resolve("");
    return file.arrayBuffer().then(function (bytes) { return crypto.subtle.digest("SHA-256", bytes); }).then(function (digest) {
      return Array.prototype.map.call(new Uint8Array(digest), function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
    }).catch(function () { return ""; });
  }
  function open(form) { return form.querySelectorAll(".upload-list li[data-busy]").length; }
  function settle(form) {
    var busy = open(form) > 0;
    Array.prototype.forEach.call(form.querySelectorAll("button:not([type=button])"), function (button) { button.disabled = busy; });
    var named = form.querySelectorAll("input[name=existing][type=hidden]").length;
    Array.prototype.forEach.call(form.querySelectorAll("[data-needs-files]"), function (part) { part.hidden = !named && !busy; });
    if (!busy && named && form.hasAttribute("data-uploads-send") && !form.querySelector(".upload-list li.bad")) form.requestSubmit();
  }
  function row(form, file) {
    var line = make("li");
    line.setAttribute("data-busy", "");
    line.appendChild(make("span", "upload-name", file.name + " · " + size(file.size)));
    var state = line.appendChild(make("span", "upload-state", SAY.waiting));
    var out = line.appendChild(make("button", "copy", "×"));
    out.type = "button";
    out.setAttribute("aria-label", SAY.drop + ": " + file.name);
    var bar = line.appendChild(make("progress"));
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    var item = { form: form, file: file, line: line, state: state, bar: bar, request: null, gone: false };
    out.addEventListener("click", function () {
      item.gone = true;
      if (item.request) item.request.abort();
      line.remove();
      settle(form);
    });
    form.querySelector(".upload-list").appendChild(line);
    return item;
  }
  function finish(item, answer) {
    item.line.removeAttribute("data-busy");
    item.line.classList.add("done");
    item.bar.remove();
    item.state.textContent = answer.known ? SAY.known : SAY.stored;
    var field = make("input");
    field.type = "hidden";
    field.name = "existing";
    field.value = answer.id;
    item.line.appendChild(field);
    if (answer.hint) item.line.appendChild(make("span", "upload-words", answer.hint));
  }
  function fail(item, text, retry) {
    item.line.removeAttribute("data-busy");
    item.line.classList.add("bad");
    item.bar.value = 0;
    item.state.textContent = "";
    var words = item.line.appendChild(make("span", "upload-words", text || SAY.failed));
    if (!retry) return;
    var again = words.appendChild(make("button", "btn btn-sm", SAY.again));
    again.type = "button";
    again.addEventListener("click", function () {
      words.remove();
      item.line.classList.remove("bad");
      item.line.setAttribute("data-busy", "");
      item.state.textContent = SAY.waiting;
      queue.push(item);
      settle(item.form);
      next();
    });
  }
  function post(item, data, progress) {
    return new Promise(function (resolve) {
      var request = item.request = new XMLHttpRequest();
      request.open("POST", item.form.getAttribute("data-uploads"));
      request.setRequestHeader("X-CSRFToken", csrf(item.form));
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      if (progress) request.upload.addEventListener("progress", function (event) {
        if (!event.lengthComputable) return;
        item.bar.value = Math.round(event.loaded / event.total * 100);
        item.state.textContent = item.bar.value + "%";
      });
      request.onloadend = function () {
        var body = null;
        try { body = JSON.parse(request.responseText); } catch (error) { /* not ours */ }
        resolve({ status: request.status, body: body });
      };
      request.send(data);
    });
  }
  function run(item) {
    running += 1;
    item.state.textContent = SAY.checking;
    hashOf(item.file).then(function (digest) {
      if (!digest || item.gone) return { status: 404 };
      var ask = new FormData();
      ask.append("sha256", digest);
      return post(item, ask, false);
    }).then(function (known) {
      if (known.status === 200 && known.body) return known;
      if (item.gone) return null;
      var data = new FormData();
      data.append("kind", kindOf(item.form));
      data.append("file", item.file, item.file.name);
      return post(item, data, true);
    }).then(function (answer) {
      running -= 1;
      if (!item.gone && answer) {
        if (answer.status === 200 && answer.body && answer.body.id) finish(item, answer.body);
        else fail(item, answer.body && answer.body.error, answer.status === 0 || answer.status >= 500);
      }
      settle(item.form);
      next();
    });
  }
  function next() {
    while (running < MOST_AT_ONCE && queue.length) {
      var item = queue.shift();
      if (!item.gone) run(item);
    }
  }
  function take(form, files) {
    Array.prototype.forEach.call(files, function (file) { queue.push(row(form, file)); });
    settle(form);
    next();
  }
  document.addEventListener("change", function (event) {
    var field = event.target;
    if (field.type !== "file" || !field.form || !field.form.hasAttribute("data-uploads")) return;
    if (!window.FormData || !field.form.requestSubmit) return;
    var files = Array.prototype.slice.call(field.files);
    var names = field.closest("[data-dropzone]");
    names = names ? names.querySelector(".dropzone-names") : null;
    field.value = "";
    setTimeout(function () { if (names) names.textContent = ""; settle(field.form); }, 0);
    if (files.length) take(field.form, files);
  });
  // Files dropped a little beside the place would replace the page: they are taken where there is one place.
  ["dragover", "drop"].forEach(function (type) {
    document.addEventListener(type, function (event) {
      if (!event.dataTransfer || Array.prototype.indexOf.call(event.dataTransfer.types || [], "Files") < 0) return;
      if (event.target.type === "file") return;
      event.preventDefault();
      var form = event.target.closest ? event.target.closest("form[data-uploads]") : null;
      var forms = document.querySelectorAll("form[data-uploads]");
      if (type === "drop" && (form || forms.length === 1)) take(form || forms[0], event.dataTransfer.files);
    });
  });
})();
