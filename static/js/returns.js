// A return while somebody fills it in: saving by itself, without a line, in two tabs; and the reviewer's keys.
(function () {
  "use strict";
  function each(scope, selector, run) { Array.prototype.forEach.call(scope.querySelectorAll(selector), run); }
  function make(tag, css, text) {
    var element = document.createElement(tag);
    if (css) element.className = css;
    if (text) element.textContent = text;
    return element;
  }

  // --- the reviewer ------------------------------------------------------------------------------------
  // J and K walk through what waits, A verifies, R opens the words. Never while somebody types.
  function setUpReview(form) {
    var box = form.querySelector("[data-return-box]");
    function openWords() {
      if (!box) return;
      box.hidden = false;
      box.querySelector("textarea").focus();
    }
    each(form, "[data-returns]", function (button) { button.addEventListener("click", openWords); });
    document.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey || /^(input|textarea|select)$/i.test(event.target.tagName)) return;
      var key = event.key.toLowerCase();
      var link = form.querySelector("[data-key-link='" + (/^[jk]$/.test(key) ? key : "-") + "']");
      if (link) { event.preventDefault(); link.click(); return; }
      var button = key === "a" ? form.querySelector("[data-key=a]") : null;
      if (button) { event.preventDefault(); button.click(); } else if (key === "r" && box) { event.preventDefault(); openWords(); }
    });
    // Enter in a field of words never verifies.
    form.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && event.target.tagName === "INPUT") { event.preventDefault(); openWords(); }
    });
  }

  // --- numbers as people write them ----------------------------------------------------------------------
  function plain(text) {
    return String(text || "").normalize("NFKC").replace(/[,\s]/g, "");
  }
  function toNumber(text) {
    var bare = plain(text);
    return /^-?\d+(\.\d+)?$/.test(bare) ? Number(bare) : null;
  }
  function same(part, one, other) {
    if (part !== "value") return (one || "") === (other || "");
    var a = plain(one), b = plain(other);
    return a === b || (toNumber(a) !== null && toNumber(a) === toNumber(b));
  }
  function grouped(text) {
    var bare = plain(text);
    if (toNumber(bare) === null) return text;
    var parts = bare.split(".");
    return parts[0].replace(/\B(?=(\d{3})+$)/g, ",") + (parts[1] ? "." + parts[1] : "");
  }

  // --- filling in ---------------------------------------------------------------------------------------------
  var PARTS = ["value", "reason", "explanation"];
  var WAIT = 1200; // after the last key; with the way there and back well below three seconds
  var PATIENCE = 10000; // for an answer
  var LONGEST_PAUSE = 30000; // between two attempts without a line
  var ALIVE = 12000; // a tab that has not been heard of for so long is gone
  var LOOK_EVERY = 25000; // for what others change

  function setUpEntry(form) {
    var data = JSON.parse(document.getElementById("return-data").textContent);
    var rules = JSON.parse(document.getElementById("return-rules").textContent);
    var words = rules.words;
    var user = document.body.getAttribute("data-user");
    var csrf = document.body.getAttribute("data-csrf");
    var line = form.querySelector("[data-state-line]");
    var open = form.querySelector("[data-open]");
    var panel = document.querySelector("[data-conflict]");
    var versionField = form.querySelector("[data-version]");
    var version = data.version;
    var rows = {};
    var order = [];
    var timer = null, retry = null, pause = 0;
    var busy = null, paused = false, signedOut = false, frozen = false, leaving = false, offline = false;

    each(form, "tbody[data-line]", function (body) {
      var code = body.getAttribute("data-line");
      rows[code] = {
        code: code, body: body, name: body.querySelector("th label").textContent,
        value: body.querySelector("[data-value]"),
        reason: body.querySelector("[name='reason-" + code + "']"),
        explanation: body.querySelector("[name='explanation-" + code + "']"),
        base: {}, computed: "", previous: "", error: ""
      };
      order.push(code);
    });

    // --- what stands in the fields, and what the server knows ---
    function typed(row) {
      var text = row.value.value.trim();
      var number = toNumber(text);
      // The value from the records is not typed: it follows the records.
      if (row.computed !== "" && number !== null && number === toNumber(row.computed)) text = "";
      else if (text === "" && row.computed !== "") text = "";
      return { value: text, reason: row.reason.value.trim(), explanation: row.explanation.value.trim() };
    }
    function show(row, part, text) {
      if (part === "value") row.value.value = text === "" ? row.computed : text;
      else row[part].value = text;
    }
    function learn(row, known) {
      row.base = { value: known.value, reason: known.reason, explanation: known.explanation };
      row.computed = known.computed;
      row.previous = known.previous;
    }
    function pending() {
      var found = {};
      order.forEach(function (code) {
        var row = rows[code], now = typed(row);
        PARTS.forEach(function (part) {
          if (same(part, now[part], row.base[part])) return;
          found[code] = found[code] || {};
          found[code][part] = now[part];
        });
      });
      return found;
    }
    function isEmpty(object) { return Object.keys(object).length === 0; }

    // --- kept in this browser until it has arrived ---
    var tab = null;
    try { tab = sessionStorage.getItem("returns-tab"); } catch (error) { /* private mode */ }
    if (!tab) {
      tab = Math.random().toString(36).slice(2, 10);
      try { sessionStorage.setItem("returns-tab", tab); } catch (error) { /* private mode */ }
    }
    var PREFIX = "returns:" + user + ":" + data.id + ":";
    function keep() {
      var found = pending();
      try {
        if (isEmpty(found)) { localStorage.removeItem(PREFIX + tab); return false; }
        var base = {};
        Object.keys(found).forEach(function (code) { base[code] = rows[code].base; });
        localStorage.setItem(PREFIX + tab, JSON.stringify({ lines: found, base: base, beat: Date.now() }));
        return true;
      } catch (error) { return false; }
    }
    // What an earlier visit of this tab, or a tab that is gone, left behind.
    function leftBehind() {
      var found = [];
      try {
        Object.keys(localStorage).forEach(function (key) {
          if (key.indexOf(PREFIX) !== 0) return;
          var entry = JSON.parse(localStorage.getItem(key));
          if (key !== PREFIX + tab && Date.now() - entry.beat < ALIVE) return;
          found.push(entry);
          if (key !== PREFIX + tab) localStorage.removeItem(key);
        });
      } catch (error) { /* private mode, or nothing readable */ }
      return found;
    }

    // --- the state in words ---
    function say(text, tone, link) {
      line.textContent = text;
      line.className = "return-state" + (tone ? " tone-" + tone : "");
      if (!link) return;
      var anchor = make("a", "", link[0]);
      anchor.href = link[1];
      anchor.target = "_blank";
      anchor.rel = "noopener";
      line.appendChild(document.createTextNode(" "));
      line.appendChild(anchor);
    }
    function fill(text) {
      var values = Array.prototype.slice.call(arguments, 1);
      var number = 0;
      return text.replace(/%([12s])/g, function (all, which) { return which === "s" ? values[number++] : values[Number(which) - 1]; });
    }

    // --- live checks: the same rules as on the server ---
    function reported(code) {
      var row = rows[code];
      return row ? toNumber(row.value.value === "" ? row.computed : row.value.value) : null;
    }
    function changeOf(row) {
      var now = reported(row.code), before = toNumber(row.previous);
      return now === null || before === null || before === 0 ? null : Math.round((now - before) / before * 1000) / 10;
    }
    function ownProblem(row) {
      var text = row.value.value.trim(), number = toNumber(text), body = row.body;
      if (row.error) return ["value", row.error];
      if (text !== "" && number === null) return ["value", words.not_a_number];
      if (number !== null && number < 0) return ["value", words.negative];
      var highest = body.getAttribute("data-highest");
      if (number !== null && highest && number > Number(highest)) return ["value", fill(words.too_high, highest)];
      if (number !== null && body.hasAttribute("data-whole") && number !== Math.round(number)) return ["value", words.not_whole];
      return null;
    }
    function asked(row) {
      var now = typed(row), found = { reason: "", explanation: "" };
      if (row.computed !== "" && now.value !== "" && toNumber(now.value) !== null) found.reason = words.reason_missing;
      var change = changeOf(row);
      if (change !== null && Math.abs(change) > rules.variance) found.explanation = fill(words.explanation_missing, (change > 0 ? "+" : "") + change + "%");
      return found;
    }
    function check(touched) {
      var missing = 0;
      var crossed = {};
      rules.checks.forEach(function (rule) {
        var part = reported(rule.part), whole = reported(rule.whole);
        if (part === null || whole === null || part <= whole) return;
        var text = fill(rule.asks ? words.whole_exceeded : words.part_exceeds_whole, rows[rule.part].name, rows[rule.whole].name);
        crossed[rule.part] = [rule.asks ? "explanation" : "value", text];
      });
      order.forEach(function (code) {
        var row = rows[code], wanted = asked(row), now = typed(row), found = ownProblem(row) || crossed[code];
        if (found && found[0] === "explanation") { wanted.explanation = found[1]; found = null; }
        if (!found && wanted.reason && !now.reason) found = ["reason", wanted.reason];
        if (!found && wanted.explanation && !now.explanation) found = ["explanation", wanted.explanation];
        var isOpen = !found && reported(code) === null && row.body.hasAttribute("data-required");
        if (found || isOpen) missing += 1;
        row.problem = found || (isOpen ? ["value", ""] : null);
        paint(row, found, wanted, now, touched === true || touched === code);
      });
      open.textContent = missing ? fill(words.open, missing) : words.complete;
      open.classList.toggle("complete", missing === 0);
      return missing;
    }
    function paint(row, found, wanted, now, mayComplain) {
      var text = row.body.querySelector("[data-problem]");
      var shown = found && (mayComplain || !text.hidden || found[0] !== "value" || row.value.value !== "");
      text.hidden = !shown;
      text.textContent = shown ? found[1] : "";
      row.value.toggleAttribute("aria-invalid", !!(shown && found[0] === "value"));
      var box = row.body.querySelector("[data-words]");
      var needs = { reason: wanted.reason || now.reason, explanation: wanted.explanation || now.explanation };
      each(row.body, "[data-word]", function (part) { part.hidden = !needs[part.getAttribute("data-word")]; });
      box.hidden = !(shown || needs.reason || needs.explanation || box.querySelector(".remark"));
      var cell = row.body.querySelector("[data-change]"), change = changeOf(row);
      cell.textContent = change === null ? "—" : (change > 0 ? "+" : "") + change + "%";
      cell.classList.toggle("far", change !== null && Math.abs(change) > rules.variance);
    }

    // --- talking to the server ---
    function ask(url, body) {
      var control = window.AbortController ? new AbortController() : null;
      var late = control && setTimeout(function () { control.abort(); }, PATIENCE);
      var options = { credentials: "same-origin", redirect: "manual", cache: "no-store", signal: control ? control.signal : undefined, headers: { "X-Requested-With": "XMLHttpRequest" } };
      if (body) {
        options.method = "POST";
        options.body = JSON.stringify(body);
        options.headers["Content-Type"] = "application/json";
        options.headers["X-CSRFToken"] = csrf;
      }
      return fetch(url, options).then(function (answer) {
        clearTimeout(late);
        if (answer.type === "opaqueredirect" || answer.status === 401) throw { kind: "signed-out" };
        if (answer.status >= 500) throw { kind: "offline" };
        var isJson = (answer.headers.get("Content-Type") || "").indexOf("json") >= 0;
        if (!isJson) throw { kind: answer.status === 403 ? "token" : "offline" };
        return answer.json().then(function (content) { return { status: answer.status, content: content }; });
      }, function () { clearTimeout(late); throw { kind: "offline" }; });
    }
    function send() {
      clearTimeout(timer);
      timer = null;
      if (busy || paused || frozen || leaving) return busy || Promise.resolve();
      var lines = pending();
      if (isEmpty(lines)) { keep(); return Promise.resolve(); }
      keep();
      if (!offline && !signedOut) say(words.saving);
      busy = ask(form.getAttribute("data-save"), { version: version, lines: lines }).then(function (answer) {
        busy = null;
        arrived(answer, lines);
      }, function (problem) {
        busy = null;
        failed(problem);
      });
      return busy;
    }
    function arrived(answer, sent) {
      back();
      var content = answer.content;
      if (answer.status === 200) {
        order.forEach(function (code) { rows[code].error = (content.errors || {})[code] || ""; });
        take(content, sent);
        keep();
        check();
        if (isEmpty(pending()) || onlyErrors()) {
          say(fill(words.saved, content.saved_at), "ok");
          document.body.dispatchEvent(new Event("return:saved"));
        } else soon();
      } else if (answer.status === 409 && content.code === "stale") {
        meet(content);
      } else if (answer.status === 409) {
        frozen = true;
        say(content.code === "frozen" ? words.frozen : content.detail, "bad");
      } else {
        Object.keys(content.errors || {}).forEach(function (code) { if (rows[code]) rows[code].error = content.errors[code]; });
        check(true);
        say(fill(words.refused, content.detail || answer.status), "bad");
      }
    }
    function onlyErrors() { return Object.keys(pending()).every(function (code) { return rows[code].error; }); }
    function failed(problem) {
      if (problem.kind === "signed-out") {
        signedOut = true;
        say(words.kept_signed_out, "warn", [form.getAttribute("data-sign-in-words") || "→", form.getAttribute("data-sign-in")]);
        again(5000);
      } else if (problem.kind === "token") {
        refresh();
      } else {
        offline = true;
        say(words.kept, "warn");
        pause = Math.min(pause ? pause * 2 : 2000, LONGEST_PAUSE);
        again(pause);
      }
    }
    function again(wait) { clearTimeout(retry); retry = setTimeout(refresh, wait); }
    function back() { offline = signedOut = false; pause = 0; clearTimeout(retry); }
    // After a pause: who is signed in, with which token, and what is stored now; then what is kept goes on.
    function refresh() {
      clearTimeout(retry);
      if (busy || leaving) return;
      busy = ask(form.getAttribute("data-state")).then(function (answer) {
        busy = null;
        if (answer.status !== 200) { failed({ kind: "offline" }); return; }
        if (String(answer.content.user) !== user) {
          say(fill(words.other_user, form.getAttribute("data-user-name")), "bad");
          again(10000);
          return;
        }
        back();
        csrf = answer.content.csrf;
        meet(answer.content);
      }, function (problem) {
        busy = null;
        failed(problem.kind === "token" ? { kind: "offline" } : problem);
      });
    }
    function soon() { clearTimeout(timer); timer = setTimeout(send, WAIT); }

    // --- versions ---
    // After a save: what was sent is known now; what was typed meanwhile stays in its field.
    function take(content, sent) {
      version = versionField.value = content.version;
      content.lines.forEach(function (known) {
        var row = rows[known.code];
        if (!row) return;
        var now = typed(row), before = row.base;
        learn(row, known);
        PARTS.forEach(function (part) {
          var was = sent[known.code] && part in sent[known.code] ? sent[known.code][part] : before[part];
          if (same(part, now[part], was) && document.activeElement !== row[part] && !row.error) show(row, part, known[part]);
        });
      });
    }
    // Somebody else saved: his lines come in where nothing was typed here; where both typed, both are shown.
    function meet(content) {
      if (content.state !== "draft" && content.state !== "returned") {
        frozen = true;
        say(words.frozen, "bad");
        return;
      }
      var wasNewer = content.version !== version;
      var both = [];
      content.lines.forEach(function (known) {
        var row = rows[known.code];
        if (!row) return;
        var now = typed(row), before = row.base, clash = false;
        PARTS.forEach(function (part) {
          var mine = !same(part, now[part], before[part]), theirs = !same(part, known[part], before[part]);
          if (mine && theirs && !same(part, now[part], known[part])) clash = true;
        });
        if (clash) { both.push({ row: row, mine: now, theirs: known }); return; }
        learn(row, known);
        PARTS.forEach(function (part) { if (same(part, now[part], before[part])) show(row, part, known[part]); });
      });
      version = versionField.value = content.version;
      keep();
      check();
      if (both.length) { compare(both, content); return; }
      if (!isEmpty(pending())) send();
      else if (wasNewer && content.changed_by) say(fill(words.others, content.changed_by, content.changed_at));
      else say(fill(words.saved, content.saved_at), "ok");
    }
    function inWords(line) {
      return [line.value || line.computed || "—", line.reason, line.explanation].filter(Boolean).join(" · ");
    }
    function compare(both, content) {
      paused = true;
      keep();
      panel.textContent = "";
      panel.hidden = false;
      var title = fill(words.others, content.changed_by, content.changed_at);
      say(title, "warn");
      var card = make("section", "card"), head = make("div", "card-header"), body = make("div", "card-body");
      head.appendChild(make("h2", "card-title", title));
      body.appendChild(make("p", "muted", words.choose));
      var table = make("table", "data versions"), top = make("tr"), list = make("tbody");
      [words.line, words.yours, words.theirs].forEach(function (text) { top.appendChild(make("th", "", text)); });
      table.appendChild(make("thead")).appendChild(top);
      both.forEach(function (pair, number) {
        var entry = make("tr"), name = make("th", "", pair.row.name);
        name.scope = "row";
        entry.appendChild(name);
        [["mine", pair.mine], ["theirs", pair.theirs]].forEach(function (side) {
          var label = make("label"), radio = make("input");
          radio.type = "radio";
          radio.name = "keep-" + number;
          radio.value = side[0];
          radio.checked = side[0] === "mine";
          pair[side[0] + "Choice"] = radio;
          label.appendChild(radio);
          label.appendChild(make("span", "num", inWords(side[1])));
          entry.appendChild(make("td")).appendChild(label);
        });
        list.appendChild(entry);
      });
      table.appendChild(list);
      var button = make("button", "btn btn-primary", words.keep_chosen);
      button.type = "button";
      button.addEventListener("click", function () { decide(both); });
      body.appendChild(table);
      body.appendChild(button);
      card.appendChild(head);
      card.appendChild(body);
      panel.appendChild(card);
      panel.scrollIntoView({ block: "nearest" });
    }
    function decide(both) {
      both.forEach(function (pair) {
        var mine = pair.mineChoice.checked, now = typed(pair.row);
        learn(pair.row, pair.theirs);
        PARTS.forEach(function (part) { show(pair.row, part, mine ? now[part] : pair.theirs[part]); });
      });
      paused = false;
      panel.hidden = true;
      panel.textContent = "";
      check();
      keep();
      if (isEmpty(pending())) say(fill(words.saved, data.saved_at), "ok");
      send();
    }

    // --- hands ---
    function touched(row, part) {
      if (part === "value") row.error = "";
      keep();
      check(part === "value" ? null : row.code);
      if (!offline && !signedOut && !paused && !frozen) soon();
    }
    order.forEach(function (code, place) {
      var row = rows[code];
      PARTS.forEach(function (part) {
        row[part].addEventListener("input", function () { touched(row, part); });
        row[part].addEventListener("keydown", function (event) {
          var step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : event.key === "Enter" ? 1 : 0;
          if (!step || (part !== "value" && event.key !== "Enter")) return;
          event.preventDefault();
          var next = rows[order[place + step]];
          if (next) { next.value.focus(); next.value.select(); }
        });
      });
      row.value.addEventListener("blur", function () {
        if (row.value.value.trim() === "" && row.computed !== "") row.value.value = row.computed;
        row.value.value = grouped(row.value.value);
        check(code);
        if (timer) send();
      });
      row.value.addEventListener("paste", function (event) { paste(event, place); });
      each(row.body, "[data-take]", function (button) {
        button.addEventListener("click", function () {
          row.value.value = row.computed;
          row.reason.value = "";
          touched(row, "value");
          row.value.focus();
        });
      });
    });
    // A column copied from Excel fills the lines below; of several columns, the first counts.
    function paste(event, place) {
      var text = (event.clipboardData || window.clipboardData).getData("text");
      var cells = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map(function (one) { return one.split("\t")[0].trim(); });
      if (cells.length < 2) return;
      event.preventDefault();
      var count = 0;
      cells.forEach(function (cell, number) {
        var row = rows[order[place + number]];
        if (!row || cell === "") return;
        row.value.value = grouped(cell);
        row.error = "";
        count += 1;
      });
      keep();
      check(true);
      say(fill(words.pasted, count));
      soon();
    }
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (leaving) return;
      if (check(true)) {
        var first = order.filter(function (code) { return rows[code].problem; })[0];
        rows[first][rows[first].problem[0]].focus();
        return;
      }
      flush(3);
    });
    // Everything typed has to be there before the return is handed in; then the form goes, once.
    function flush(tries) {
      Promise.resolve(busy || send()).then(function () {
        if (leaving || paused || frozen || offline || signedOut) return;
        if (!isEmpty(pending())) { if (tries) flush(tries - 1); return; }
        leaving = true;
        form.querySelector("[data-submit]").setAttribute("aria-busy", "true");
        PARTS.forEach(function (part) { order.forEach(function (code) { rows[code][part].removeAttribute("name"); }); });
        form.submit();
      });
    }
    window.addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });
    window.addEventListener("online", refresh);
    window.addEventListener("focus", function () { if (signedOut || offline) refresh(); });
    window.addEventListener("pagehide", function () { if (!leaving) keep(); });
    document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden" && timer) send(); });
    setInterval(function () { if (!isEmpty(pending())) keep(); }, 4000);
    setInterval(function () {
      if (document.visibilityState === "visible" && !offline && !signedOut && !paused && !frozen && !timer) refresh();
    }, LOOK_EVERY);

    // --- start ---
    data.lines.forEach(function (known) { if (rows[known.code]) learn(rows[known.code], known); });
    var restored = false;
    leftBehind().forEach(function (entry) {
      Object.keys(entry.lines).forEach(function (code) {
        var row = rows[code];
        if (!row) return;
        restored = true;
        // Typed over this: when the server knows something else by now, both versions are shown.
        row.base = entry.base[code];
        Object.keys(entry.lines[code]).forEach(function (part) { show(row, part, entry.lines[code][part]); });
      });
    });
    keep();
    check();
    if (restored) { say(words.unsent); refresh(); } else if (navigator.serviceWorker && navigator.serviceWorker.controller) refresh();
    keepCopy(user);
  }

  // --- a copy of this page for work without a line ----------------------------------------------------------
  function keepCopy(user) {
    if (!navigator.serviceWorker) return;
    var address = document.querySelector("[data-worker]").getAttribute("data-worker");
    navigator.serviceWorker.register(address).then(function () { return navigator.serviceWorker.ready; }).then(function (worker) {
      var files = Array.prototype.map.call(document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]"), function (one) { return one.href || one.src; });
      worker.active.postMessage({ user: user, page: location.pathname, files: files });
    }).catch(function () { /* no copy in this browser: what is typed is kept all the same */ });
  }

  each(document, "[data-return]", setUpEntry);
  each(document, "[data-review]", setUpReview);
})();
