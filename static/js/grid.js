// The grid of the Excel loop: keyboard and paste as in a spreadsheet, changed cells saved by themselves.
// The server draws every row (templates/exchange/_row.html); a saved row comes back drawn again, with its errors.
//   [data-grid]            the card; data-grid-key names it, data-cells-url saves (absent: nothing is sent yet)
//   th[data-column]        one column; data-long, data-choices for texts of several lines and drop-downs
//   tbody[data-row]        one row with its words; td[data-c] a cell, .v its text
(function () {
  "use strict";
  var PREFIX = "grid:";
  var user = document.body.getAttribute("data-user") || "";
  var store = {
    get: function (key) { try { return JSON.parse(localStorage.getItem(PREFIX + user + ":" + key)); } catch (error) { return null; } },
    set: function (key, value) { try { localStorage.setItem(PREFIX + user + ":" + key, JSON.stringify(value)); } catch (error) { /* private mode */ } },
    drop: function (key) { try { localStorage.removeItem(PREFIX + user + ":" + key); } catch (error) { /* private mode */ } }
  };
  function list(found) { return Array.prototype.slice.call(found); }
  function each(scope, selector, run) { list(scope.querySelectorAll(selector)).forEach(run); }
  function make(tag, css, text) {
    var element = document.createElement(tag);
    if (css) element.className = css;
    if (text) element.textContent = text;
    return element;
  }
  function between(value, low, high) { return Math.max(low, Math.min(high, value)); }
  function isEmpty(map) { return Object.keys(map).length === 0; }

  // --- blocks as Excel puts them on the clipboard -------------------------------------------------------
  function readBlock(text) {
    var rows = [[]], cell = "", quoted = false, place = 0;
    text = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    for (; place < text.length; place++) {
      var sign = text[place];
      if (quoted) {
        if (sign !== '"') cell += sign;
        else if (text[place + 1] === '"') { cell += '"'; place++; }
        else quoted = false;
      } else if (sign === '"' && cell === "") quoted = true;
      else if (sign === "\t") { rows[rows.length - 1].push(cell); cell = ""; }
      else if (sign === "\n") { rows[rows.length - 1].push(cell); cell = ""; rows.push([]); }
      else cell += sign;
    }
    rows[rows.length - 1].push(cell);
    return rows;
  }
  function writeBlock(rows) {
    return rows.map(function (row) {
      return row.map(function (cell) { return /[\t\n"]/.test(cell) ? '"' + cell.replace(/"/g, '""') + '"' : cell; }).join("\t");
    }).join("\n");
  }
  function folded(text) { return text.toLowerCase().replace(/[\s*（）()【】:：]/g, ""); }

  function setUp(card) {
    var table = card.querySelector("table");
    var wrap = card.querySelector(".g-wrap");
    var key = card.getAttribute("data-grid-key");
    var cellsUrl = card.getAttribute("data-cells-url");
    var isLocal = !cellsUrl;
    var isFixed = card.hasAttribute("data-fixed");
    var word = function (name) { return card.getAttribute("data-word-" + name) || ""; };
    var choices = {};
    var source = document.getElementById("grid-choices");
    if (source) choices = JSON.parse(source.textContent);
    var columns = list(table.querySelectorAll("thead th[data-column]")).map(function (head) {
      return { name: head.getAttribute("data-column"), label: head.getAttribute("data-label"), note: head.getAttribute("data-note"), isLong: head.hasAttribute("data-long"), choices: choices[head.getAttribute("data-column")] || null };
    });
    var place = {};
    columns.forEach(function (column, number) { place[column.name] = number; });

    // --- where things are -----------------------------------------------------------------------------
    function bodies() { return list(table.querySelectorAll("tbody[data-row]")); }
    function bodyOf(number) { return table.querySelector('tbody[data-row="' + number + '"]'); }
    function cellAt(body, column) { return body ? body.querySelector('td[data-c="' + column + '"]') : null; }
    function textOf(cell) { var value = cell && cell.querySelector(".v"); return value ? value.textContent : ""; }
    function rowNumber(body) { return body.getAttribute("data-row"); }
    function isOpen(cell) { return !!cell && !isFixed && !cell.parentNode.parentNode.hasAttribute("data-fixed"); }

    // --- saving ------------------------------------------------------------------------------------------
    var pending = {};  // row → column name → text: typed here, not yet with the server
    var sent = null;
    var timer = null;
    var retry = 0;
    var late = {};
    var stateLine = document.querySelector("[data-grid-state]");
    function say(state, text) {
      if (!stateLine) return;
      stateLine.setAttribute("data-state", state);
      stateLine.querySelector("[data-grid-words]").textContent = text;
    }
    function keep() {
      if (isLocal) { store.set(key, allTexts()); say("kept", word("kept") + " " + clock()); return; }
      if (isEmpty(pending)) store.drop(key); else store.set(key, pending);
    }
    function clock() {
      var now = new Date();
      return ("0" + now.getHours()).slice(-2) + ":" + ("0" + now.getMinutes()).slice(-2);
    }
    function note(number, name, text) {
      if (isLocal) return;
      (pending[number] = pending[number] || {})[name] = text;
    }
    function soon(delay) {
      if (isLocal) return;
      if (timer) clearTimeout(timer);
      timer = setTimeout(save, delay);
    }
    function batch() {
      var part = {};
      Object.keys(pending).slice(0, 200).forEach(function (number) { part[number] = Object.assign({}, pending[number]); });
      return part;
    }
    var names = columns.map(function (column) { return column.name; });
    function changesAsText(cells) {
      return JSON.stringify({ cells: cells, columns: names, status: card.getAttribute("data-status") || "" });
    }
    function post(url, body, type, isLast) {
      var headers = { "X-CSRFToken": document.body.getAttribute("data-csrf"), "Accept": "application/json" };
      if (type) headers["Content-Type"] = type;
      return fetch(url, { method: "POST", body: body, credentials: "same-origin", headers: headers, keepalive: !!isLast });
    }
    function save() {
      timer = null;
      if (sent || isEmpty(pending)) return Promise.resolve(true);
      sent = batch();
      say("saving", word("saving"));
      return post(cellsUrl, changesAsText(sent), "application/json").then(arrived, lost).then(function (fine) {
        var waiting = whenSaved;
        if (fine && isEmpty(pending)) { whenSaved = []; waiting.forEach(function (run) { run(); }); }
        return fine;
      });
    }
    function lost() {
      sent = null;
      retry = Math.min(retry ? retry * 2 : 2, 30);
      say("offline", word("offline"));
      soon(retry * 1000);
      return false;
    }
    function arrived(answer) {
      var json = (answer.headers.get("Content-Type") || "").indexOf("application/json") === 0;
      if (answer.status >= 500 || answer.status === 429) return lost();
      if (!json) {  // the sign-in page, or a refusal page: what was typed stays in this browser
        sent = null;
        whenSaved = [];
        say("signed-out", answer.redirected ? word("signed-out") : word("refused"));
        return false;
      }
      return answer.json().then(function (found) {
        var was = sent;
        sent = null;
        retry = 0;
        if (!answer.ok) {
          whenSaved = [];
          // Rows that were entered meanwhile: what was typed over them can no longer arrive.
          (found.refused || []).forEach(function (number) { delete pending[number]; });
          keep();
          say("refused", found.error || word("refused"));
          if (found.refused && found.refused.length && !isEmpty(pending)) soon(50);
          return false;
        }
        Object.keys(was || {}).forEach(function (number) {
          Object.keys(was[number]).forEach(function (name) {
            if (pending[number] && pending[number][name] === was[number][name]) delete pending[number][name];
          });
          if (pending[number] && isEmpty(pending[number])) delete pending[number];
        });
        keep();
        draw(found);
        if (isEmpty(pending)) say("saved", word("saved") + " " + found.saved_at); else soon(50);
        return true;
      });
    }
    var whenSaved = [];
    function afterSaving(run) {
      if (isEmpty(pending) && !sent) { run(); return; }
      whenSaved.push(run);
      if (timer) { clearTimeout(timer); timer = null; }
      save();
    }

    // --- drawing what the server says -----------------------------------------------------------------------
    function draw(found) {
      var had = active ? { number: rowNumber(active.body), column: active.column, focused: document.activeElement === field } : null;
      Object.keys(found.rows || {}).forEach(function (number) {
        if (mode && had && had.number === number) late[number] = found.rows[number];
        else drawRow(number, found.rows[number]);
      });
      if (had && !mode) restoreActive(had);
      if (found.head) {
        var head = document.getElementById("run-head");
        var focusId = document.activeElement && head.contains(document.activeElement) ? document.activeElement.id : "";
        head.innerHTML = found.head;
        if (focusId && document.getElementById(focusId)) document.getElementById(focusId).focus();
      }
    }
    function restoreActive(had) {
      var body = bodyOf(had.number);
      if (!body) return;
      active = null;
      var position = { left: wrap.scrollLeft, top: wrap.scrollTop };
      choose(body, had.column, { quiet: !had.focused, still: true });
      wrap.scrollLeft = position.left; wrap.scrollTop = position.top;
    }
    function drawRow(number, html) {
      var old = bodyOf(number);
      if (!old) return;
      if (old.contains(field)) { park(); active = null; }
      var template = document.createElement("template");
      template.innerHTML = html;
      var fresh = template.content.querySelector("tbody");
      old.replaceWith(fresh);
      fresh.classList.add("fresh");
      Object.keys(pending[number] || {}).forEach(function (name) {
        var cell = cellAt(fresh, place[name]);
        if (cell) show(cell, pending[number][name]);
      });
    }
    function show(cell, text) {
      var value = cell.querySelector(".v");
      if (!value) { value = make("span", "v"); cell.insertBefore(value, cell.firstChild); }
      value.textContent = text;
      cell.classList.add("typed");
    }

    // --- changing cells ------------------------------------------------------------------------------------------
    var past = [];
    function change(entries, isBack) {
      var before = [], single = null;
      entries.forEach(function (entry) {
        var body = bodyOf(entry.row);
        var cell = cellAt(body, place[entry.name]);
        if (!isOpen(cell) || textOf(cell) === entry.text) return;
        before.push({ row: entry.row, name: entry.name, text: textOf(cell) });
        if (cell.classList.contains("bad")) single = { name: entry.name, from: textOf(cell), to: entry.text };
        show(cell, entry.text);
        note(entry.row, entry.name, entry.text);
      });
      if (!before.length) return 0;
      if (!isBack) { past.push(before); if (past.length > 100) past.shift(); }
      offerOthers(!isBack && before.length === 1 ? single : null);
      keep();
      if (!isLocal) { say("typed", word("typed")); soon(700); }
      return before.length;
    }
    // The same mistake in other rows: offer to mend all of them with one click.
    var offer = card.querySelector("[data-grid-offer]");
    function offerOthers(mended) {
      if (!offer) return;
      offer.hidden = true;
      if (!mended || !mended.from || !mended.to) return;
      var entries = [];
      each(table, 'td.bad[data-c="' + place[mended.name] + '"]', function (cell) {
        if (textOf(cell) === mended.from) entries.push({ row: rowNumber(cell.closest("tbody")), name: mended.name, text: mended.to });
      });
      if (!entries.length) return;
      offer.textContent = "";
      offer.appendChild(make("span", "", word("others").replace("{n}", entries.length).replace("{from}", mended.from)));
      var button = make("button", "btn btn-sm", word("others-yes").replace("{to}", mended.to));
      button.type = "button";
      button.addEventListener("click", function () { change(entries); offer.hidden = true; soon(0); if (active) field.focus({ preventScroll: true }); });
      offer.appendChild(button);
      offer.hidden = false;
    }
    function takeBack() {
      var last = past.pop();
      if (last) change(last, true);
    }

    // --- the active cell and the range -----------------------------------------------------------------------------
    var active = null, corner = null, mode = "";
    // One field follows the active cell: it has the focus while one only moves about, so that typing, input
    // methods, copying and pasting work at once as in a spreadsheet.
    var line = make("input", "g-field");
    line.type = "text";
    line.autocomplete = "off";
    line.spellcheck = false;
    line.maxLength = 5000;
    var area = make("textarea", "g-field");
    area.maxLength = 20000;
    area.rows = 4;
    var field = line;
    var options = make("ul", "g-options");
    options.id = "grid-options";
    options.setAttribute("role", "listbox");
    options.hidden = true;
    card.appendChild(options);

    function park() { if (line.parentNode) line.remove(); if (area.parentNode) area.remove(); }
    function choose(body, column, how) {
      var cell = cellAt(body, column);
      if (!cell) return;
      how = how || {};
      if (mode) finish(true);
      if (active && active.cell.parentNode) { active.cell.classList.remove("active"); active.cell.removeAttribute("aria-selected"); }
      active = { body: body, column: column, cell: cell };
      if (!how.extend) corner = { body: body, column: column };
      cell.classList.add("active");
      cell.setAttribute("aria-selected", "true");
      markRange();
      seat(how.quiet);
      if (!how.still) reveal(cell);
    }
    function seat(isQuiet) {
      var column = columns[active.column];
      var next = column.isLong ? area : line;
      if (field !== next && field.parentNode) field.remove();
      field = next;
      field.value = "";
      field.readOnly = !isOpen(active.cell);
      field.className = "g-field";
      if (field.parentNode !== active.cell) active.cell.appendChild(field);
      var problem = active.cell.getAttribute("aria-describedby");
      field.setAttribute("aria-label", word("row") + " " + rowNumber(active.body) + ", " + column.label + ": " + (textOf(active.cell) || word("empty")));
      if (problem) { field.setAttribute("aria-describedby", problem); field.setAttribute("aria-invalid", String(active.cell.classList.contains("bad"))); }
      else { field.removeAttribute("aria-describedby"); field.removeAttribute("aria-invalid"); }
      if (column.choices) {
        field.setAttribute("role", "combobox");
        field.setAttribute("aria-controls", options.id);
        field.setAttribute("aria-expanded", "false");
        field.setAttribute("aria-autocomplete", "list");
      } else ["role", "aria-controls", "aria-expanded", "aria-autocomplete"].forEach(function (name) { field.removeAttribute(name); });
      tellBar(column);
      if (!isQuiet) field.focus({ preventScroll: true });
    }
    // The line above the table: where one is, the whole text of the cell, and what is said of it.
    var bar = card.querySelector("[data-grid-bar]");
    function tellBar(column) {
      if (!bar) return;
      bar.textContent = "";
      bar.appendChild(make("span", "g-where", word("row") + " " + rowNumber(active.body) + " · " + column.label));
      var said = (active.cell.getAttribute("aria-describedby") || "").split(" ").map(function (id) {
        var line = id && document.getElementById(id);
        if (!line) return "";
        return (line.querySelector("[data-said]") || line).textContent;
      }).filter(Boolean).join(" ");
      var text = textOf(active.cell);
      if (text) bar.appendChild(make("span", "g-text", text));
      if (said) bar.appendChild(make("span", active.cell.classList.contains("bad") ? "g-said bad" : "g-said", said));
      else if (column.note) bar.appendChild(make("span", "g-said muted", column.note));
    }
    function reveal(cell) {
      var box = cell.getBoundingClientRect();
      var frame = wrap.getBoundingClientRect();
      var head = table.tHead.getBoundingClientRect().height;
      var frozen = table.querySelector("thead th").getBoundingClientRect().width;
      if (box.top < frame.top + head) wrap.scrollTop -= frame.top + head - box.top;
      else if (box.bottom > frame.bottom - 14) wrap.scrollTop += box.bottom - frame.bottom + 14;
      if (box.left < frame.left + frozen) wrap.scrollLeft -= frame.left + frozen - box.left;
      else if (box.right > frame.right) wrap.scrollLeft += Math.min(box.right - frame.right + 8, box.left - frame.left - frozen);
      var now = cell.getBoundingClientRect();
      if (now.top < 60 || now.bottom > window.innerHeight - 8) cell.scrollIntoView({ block: "nearest" });
    }
    function rangeOf() {
      var all = bodies();
      var one = all.indexOf(corner.body), two = all.indexOf(active.body);
      if (one < 0) one = two;
      return {
        rows: all.slice(Math.min(one, two), Math.max(one, two) + 1),
        from: Math.min(corner.column, active.column), to: Math.max(corner.column, active.column)
      };
    }
    function markRange() {
      each(table, "td.ranged", function (cell) { cell.classList.remove("ranged"); });
      if (corner.body === active.body && corner.column === active.column) return;
      var range = rangeOf();
      range.rows.forEach(function (body) {
        for (var column = range.from; column <= range.to; column++) cellAt(body, column).classList.add("ranged");
      });
    }
    function move(down, right, how) {
      var all = bodies();
      var row = all.indexOf(active.body);
      choose(all[between(row + down, 0, all.length - 1)], between(active.column + right, 0, columns.length - 1), how);
    }
    // Tab goes through the cells of a row, then through the buttons below it, then to the next row.
    function tab(back) {
      var next = active.column + (back ? -1 : 1);
      if (next >= 0 && next < columns.length) { choose(active.body, next); return true; }
      var all = bodies();
      var row = all.indexOf(active.body);
      if (!back) {
        var button = active.body.querySelector(".g-words button, .g-words a");
        if (button) { button.focus(); return true; }
      }
      var other = all[row + (back ? -1 : 1)];
      if (!other) return false;
      choose(other, back ? columns.length - 1 : 0);
      return true;
    }

    // --- editing one cell ---------------------------------------------------------------------------------------------
    function begin(how) {
      if (mode || !isOpen(active.cell)) return;
      mode = how;
      active.cell.classList.add("editing");
      field.classList.add("on");
      if (how === "edit") {
        field.value = textOf(active.cell);
        field.setSelectionRange(field.value.length, field.value.length);
        openOptions("");
      } else openOptions(field.value);
    }
    function finish(isKept) {
      if (!mode) return;
      var text = field.value.replace(/\s+$/, "");
      var body = active.body, name = columns[active.column].name;
      mode = "";
      closeOptions();
      active.cell.classList.remove("editing");
      field.classList.remove("on");
      field.value = "";
      if (isKept) change([{ row: rowNumber(body), name: name, text: text }]);
      var number = rowNumber(body);
      if (late[number]) {
        var html = late[number];
        delete late[number];
        var had = { number: number, column: active.column, focused: document.activeElement === field };
        drawRow(number, html);
        restoreActive(had);
      }
    }

    // --- drop-downs -----------------------------------------------------------------------------------------------------
    var marked = -1;
    function openOptions(typed) {
      var known = columns[active.column].choices;
      if (!known) return;
      var wanted = folded(typed);
      var fitting = known.filter(function (label) { return folded(label).indexOf(wanted) >= 0; }).slice(0, 60);
      options.textContent = "";
      marked = -1;
      fitting.forEach(function (label, number) {
        var option = make("li", "", label);
        option.id = "grid-option-" + number;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        options.appendChild(option);
      });
      options.hidden = !fitting.length;
      field.setAttribute("aria-expanded", String(!options.hidden));
      if (options.hidden) return;
      var box = active.cell.getBoundingClientRect();
      options.style.minWidth = box.width + "px";
      options.style.left = Math.max(8, Math.min(box.left, window.innerWidth - options.offsetWidth - 8)) + "px";
      var below = box.bottom + options.offsetHeight + 8 < window.innerHeight;
      options.style.top = (below ? box.bottom + 2 : Math.max(8, box.top - options.offsetHeight - 2)) + "px";
    }
    function closeOptions() {
      options.hidden = true;
      marked = -1;
      line.setAttribute("aria-expanded", "false");
      line.removeAttribute("aria-activedescendant");
    }
    function mark(step) {
      var all = options.children;
      if (marked >= 0) all[marked].setAttribute("aria-selected", "false");
      marked = (marked + step + all.length) % all.length;
      all[marked].setAttribute("aria-selected", "true");
      all[marked].scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", all[marked].id);
    }
    options.addEventListener("pointerdown", function (event) {
      var option = event.target.closest("li");
      if (!option) return;
      event.preventDefault();
      field.value = option.textContent;
      finish(true);
    });

    // --- keys -------------------------------------------------------------------------------------------------------------
    function onKey(event) {
      if (event.isComposing || event.keyCode === 229 || !active) return;
      if (mode ? keyWhileEditing(event) : keyWhileMoving(event)) event.preventDefault();
    }
    function keyWhileMoving(event) {
      var how = { extend: event.shiftKey };
      var far = event.ctrlKey || event.metaKey;
      switch (event.key) {
        case "ArrowUp": move(far ? -1e6 : -1, 0, how); return true;
        case "ArrowDown": move(far ? 1e6 : 1, 0, how); return true;
        case "ArrowLeft": move(0, far ? -1e6 : -1, how); return true;
        case "ArrowRight": move(0, far ? 1e6 : 1, how); return true;
        case "PageUp": move(-10, 0, how); return true;
        case "PageDown": move(10, 0, how); return true;
        case "Home": move(far ? -1e6 : 0, -1e6, how); return true;
        case "End": move(far ? 1e6 : 0, 1e6, how); return true;
        case "Tab": return tab(event.shiftKey);
        case "F2": begin("edit"); return true;
        case "F8": nextProblem(); return true;
        case "Enter":
          if (event.altKey) applySuggestion(); else if (event.shiftKey) move(-1, 0); else begin("edit");
          return true;
        case "Escape": leave(); return true;
        case "Delete": case "Backspace": clearRange(); return true;
      }
      if (far && !event.shiftKey && /^[zd]$/i.test(event.key)) {
        if (/z/i.test(event.key)) takeBack(); else fillDown();
        return true;
      }
      return false;
    }
    function keyWhileEditing(event) {
      var isListed = !options.hidden;
      switch (event.key) {
        case "Escape": finish(false); return true;
        case "Tab": pick(); finish(true); return tab(event.shiftKey);
        case "Enter":
          if (field === area && (event.altKey || event.shiftKey)) { area.setRangeText("\n", area.selectionStart, area.selectionEnd, "end"); return true; }
          pick(); finish(true); move(event.shiftKey ? -1 : 1, 0);
          return true;
        case "ArrowUp": case "ArrowDown":
          if (isListed) { mark(event.key === "ArrowDown" ? 1 : -1); return true; }
          if (mode !== "type") return false;
          finish(true); move(event.key === "ArrowDown" ? 1 : -1, 0);
          return true;
        case "ArrowLeft": case "ArrowRight":
          if (mode !== "type") return false;
          finish(true); move(0, event.key === "ArrowRight" ? 1 : -1);
          return true;
      }
      return false;
    }
    function pick() { if (!options.hidden && marked >= 0) field.value = options.children[marked].textContent; }
    function clearRange() {
      var range = rangeOf(), entries = [];
      range.rows.forEach(function (body) {
        for (var column = range.from; column <= range.to; column++) entries.push({ row: rowNumber(body), name: columns[column].name, text: "" });
      });
      change(entries);
    }
    function fillDown() {
      var range = rangeOf(), entries = [];
      range.rows.slice(1).forEach(function (body) {
        for (var column = range.from; column <= range.to; column++) {
          entries.push({ row: rowNumber(body), name: columns[column].name, text: textOf(cellAt(range.rows[0], column)) });
        }
      });
      change(entries);
    }
    function applySuggestion() {
      var button = active.body.querySelector('[data-fix="' + columns[active.column].name + '"]');
      if (button) button.click();
    }
    function leave() {
      if (corner.body !== active.body || corner.column !== active.column) { choose(active.body, active.column); return; }
      var target = document.querySelector("[data-grid-leave]");
      if (target) target.focus(); else field.blur();
    }
    [line, area].forEach(function (one) {
      one.addEventListener("keydown", onKey);
      one.addEventListener("compositionstart", function () { if (!mode) begin("type"); });
      one.addEventListener("input", function () {
        if (!mode) begin("type"); else openOptions(field.value);
      });
      one.addEventListener("blur", function () { setTimeout(function () { if (mode && document.activeElement !== field) finish(true); }, 0); });
      one.addEventListener("copy", copyRange);
      one.addEventListener("cut", function (event) { if (copyRange(event)) clearRange(); });
      one.addEventListener("paste", paste);
    });
    function copyRange(event) {
      if (mode) return false;
      var range = rangeOf();
      event.clipboardData.setData("text/plain", writeBlock(range.rows.map(function (body) {
        var cells = [];
        for (var column = range.from; column <= range.to; column++) cells.push(textOf(cellAt(body, column)));
        return cells;
      })));
      event.preventDefault();
      return true;
    }

    // --- pasting a block -----------------------------------------------------------------------------------------------------
    function paste(event) {
      var text = event.clipboardData.getData("text/plain");
      var isBlock = /[\t\n]/.test(text.replace(/\n$/, ""));
      if (mode && !isBlock) return;
      event.preventDefault();
      if (mode) finish(false);
      if (isFixed) return;
      lay(readBlock(text));
    }
    function headingsOf(row) {
      var known = {};
      columns.forEach(function (column) { known[folded(column.label)] = column.name; });
      var names = row.map(function (cell) { return known[folded(cell)] || ""; });
      return names.filter(Boolean).length >= Math.min(2, row.length) && row.length > 1 ? names : null;
    }
    function lay(block) {
      var names = isLocal ? headingsOf(block[0]) : null;
      var range = rangeOf();
      var all = bodies();
      var top = all.indexOf(range.rows[0]);
      if (names) {
        // A block with headings that are not ours goes to the server as it is: nobody loses a column here.
        if (names.some(function (name, number) { return !name && block[0][number] !== ""; })) { handOver(block); return; }
        block = block.slice(1);
        top = names ? firstBlank(all) : top;
      }
      if (block.length === 1 && block[0].length === 1) {
        block = range.rows.map(function () {
          var row = [];
          for (var column = range.from; column <= range.to; column++) row.push(block[0][0]);
          return row;
        });
      }
      if (top + block.length > all.length) { grow(top + block.length - all.length); all = bodies(); }
      var entries = [], left = 0;
      block.forEach(function (row, down) {
        var body = all[top + down];
        if (!body) { left++; return; }
        row.forEach(function (text, right) {
          var name = names ? names[right] : columns[range.from + right] && columns[range.from + right].name;
          if (name) entries.push({ row: rowNumber(body), name: name, text: text.trim() });
        });
      });
      var count = change(entries);
      var words = word("pasted").replace("{n}", count);
      if (left) words += " " + word("left").replace("{n}", left);
      announce(words);
    }
    function firstBlank(all) {
      for (var row = 0; row < all.length; row++) {
        if (!list(all[row].querySelectorAll(".v")).some(function (value) { return value.textContent !== ""; })) return row;
      }
      return all.length;
    }
    function announce(words) {
      var old = document.querySelector(".copied-note");
      if (old) old.remove();
      var line = make("div", "copied-note", words);
      line.setAttribute("role", "status");
      document.body.appendChild(line);
      setTimeout(function () { line.remove(); }, 2600);
    }
    var blank = document.getElementById("grid-blank");
    var lastNumber = parseInt(card.getAttribute("data-last") || "0", 10);
    function grow(count) {
      if (!card.hasAttribute("data-grows") || !blank || count <= 0) return;
      var parts = document.createDocumentFragment();
      for (; count > 0; count--) {
        lastNumber++;
        var body = blank.content.querySelector("tbody").cloneNode(true);
        body.setAttribute("data-row", String(lastNumber));
        body.querySelector("[data-number]").textContent = String(lastNumber);
        parts.appendChild(body);
      }
      table.appendChild(parts);
    }
    document.addEventListener("click", function (event) {
      var button = event.target.closest("[data-add-rows]");
      if (!button) return;
      var first = bodies().length;
      grow(parseInt(button.getAttribute("data-add-rows"), 10));
      var body = bodies()[first];
      if (body) choose(body, 0);
    });

    // --- pointer ------------------------------------------------------------------------------------------------------------------
    var isDragging = false;
    var touched = null;  // the cell under the finger: nothing moves before the finger leaves it
    table.addEventListener("pointerdown", function (event) {
      var cell = event.target.closest("td[data-c]");
      if (!cell || event.button || event.target === field && mode) return;
      var column = parseInt(cell.getAttribute("data-c"), 10);
      if (event.target.closest("a")) return;
      if (event.pointerType !== "mouse") { touched = { cell: cell, x: event.clientX, y: event.clientY }; return; }
      event.preventDefault();
      isDragging = true;
      choose(cell.closest("tbody"), column, { extend: event.shiftKey && !!active });
    });
    table.addEventListener("pointermove", function (event) {
      if (!isDragging || !(event.buttons & 1)) { isDragging = false; return; }
      var cell = event.target.closest("td[data-c]");
      if (cell && active && cell !== active.cell) choose(cell.closest("tbody"), parseInt(cell.getAttribute("data-c"), 10), { extend: true, still: true });
    });
    window.addEventListener("pointerup", function () { isDragging = false; });
    table.addEventListener("pointercancel", function () { touched = null; });
    // With a finger: one tap opens the cell.
    table.addEventListener("click", function (event) {
      if (event.pointerType === "mouse" || event.target.closest("a, button")) { touched = null; return; }
      var isTap = touched && Math.abs(touched.x - event.clientX) + Math.abs(touched.y - event.clientY) < 12;
      var cell = isTap ? touched.cell : event.target.closest("td[data-c]");
      touched = null;
      if (!cell || mode && cell.contains(field)) return;
      choose(cell.closest("tbody"), parseInt(cell.getAttribute("data-c"), 10));
      begin("edit");
    });
    table.addEventListener("dblclick", function (event) {
      if (active && event.target.closest("td[data-c]") === active.cell) begin("edit");
    });
    table.addEventListener("focusin", function (event) {
      var cell = event.target;
      if (touched || !cell.matches || !cell.matches("td[data-c]")) return;
      if (active && cell === active.cell) field.focus({ preventScroll: true }); else choose(cell.closest("tbody"), parseInt(cell.getAttribute("data-c"), 10));
    });
    wrap.addEventListener("scroll", function () { if (!options.hidden) closeOptions(); });

    // --- buttons beside the rows ------------------------------------------------------------------------------------------------
    card.addEventListener("click", function (event) {
      var button = event.target.closest("[data-fix]");
      if (!button || isLocal) return;
      event.preventDefault();
      var body = button.closest("tbody");
      change([{ row: rowNumber(body), name: button.getAttribute("data-fix"), text: button.value }]);
      choose(body, place[button.getAttribute("data-fix")]);
      soon(0);
    });
    card.addEventListener("keydown", function (event) {
      if (!event.target.closest(".g-words") || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
      var all = bodies();
      var body = event.target.closest("tbody");
      var other = event.key === "ArrowUp" ? body : all[all.indexOf(body) + 1];
      if (other) { event.preventDefault(); choose(other, active ? active.column : 0); }
    });
    // The next marked cell; of a row that is wrong as a whole its first cell.
    function nextProblem() {
      var all = bodies(), spots = [];
      all.forEach(function (body, row) {
        var bad = list(body.querySelectorAll("td.bad"));
        if (!bad.length && body.matches(".is-error, .is-duplicate")) bad = [cellAt(body, 0)];
        bad.forEach(function (cell) { spots.push({ body: body, row: row, column: parseInt(cell.getAttribute("data-c"), 10) }); });
      });
      var here = active ? all.indexOf(active.body) * 1000 + active.column : -1;
      var next = spots.filter(function (spot) { return spot.row * 1000 + spot.column > here; })[0] || spots[0];
      if (next) choose(next.body, next.column); else announce(word("no-problem"));
    }
    document.addEventListener("click", function (event) {
      if (event.target.closest("[data-next-problem]")) nextProblem();
    });

    // --- decisions, more rows, forms that wait for what is typed --------------------------------------------------------------------
    card.addEventListener("submit", function (event) {
      var form = event.target;
      if (!form.hasAttribute("data-decide")) return;
      event.preventDefault();
      event.stopPropagation();
      var data = new FormData(form);
      if (event.submitter) data.append(event.submitter.name, event.submitter.value);
      data.append("status", card.getAttribute("data-status") || "");
      data.append("columns", names.join(","));
      afterSaving(function () {
        say("saving", word("saving"));
        post(form.action, data).then(arrived, function () { say("offline", word("offline-deed")); });
      });
    });
    // Before app.js sees it: a form that depends on saved cells waits until they are saved.
    window.addEventListener("submit", function (event) {
      var form = event.target;
      if (!form.hasAttribute("data-needs-saved") || isLocal) return;
      if (mode) finish(true);
      if (navigator.onLine === false) {
        event.preventDefault();
        event.stopImmediatePropagation();
        announce(word("offline-deed"));
        return;
      }
      if (isEmpty(pending) && !sent) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      var button = event.submitter;
      var name = form.getAttribute("data-needs-saved");
      afterSaving(function () {
        // The head was drawn again with the new counts; the person agreed to the old ones.
        var again = document.querySelector('form[data-needs-saved="' + name + '"]');
        if (again && again !== form) { announce(word("recounted")); var next = again.querySelector("button"); if (next) next.focus(); }
        else if (form.requestSubmit) form.requestSubmit(button || undefined); else form.submit();
      });
    }, true);
    document.addEventListener("click", function (event) {
      var link = event.target.closest("[data-more-rows]");
      if (!link) return;
      event.preventDefault();
      link.setAttribute("aria-busy", "true");
      fetch(link.getAttribute("data-more-rows"), { credentials: "same-origin", headers: { "Accept": "application/json" } })
        .then(function (answer) { return answer.json(); })
        .then(function (found) {
          var template = document.createElement("template");
          template.innerHTML = found.html;
          var first = template.content.querySelector("tbody");
          table.appendChild(template.content);
          var foot = document.getElementById("grid-more");
          foot.innerHTML = found.more;
          if (first) choose(first, 0);
        }, function () { link.removeAttribute("aria-busy"); say("offline", word("offline-deed")); });
    });
    window.addEventListener("online", function () { if (!isEmpty(pending)) { retry = 0; soon(0); } });
    window.addEventListener("offline", function () { say("offline", word("offline")); });
    window.addEventListener("pagehide", function () {
      if (mode) finish(true);
      if (!isLocal && !isEmpty(pending) && !sent) post(cellsUrl, changesAsText(batch()), "application/json", true);
    });

    // --- a grid that has not been sent yet ---------------------------------------------------------------------------------------------
    function allTexts() {
      return bodies().map(function (body) {
        return columns.map(function (column, number) { return textOf(cellAt(body, number)); });
      });
    }
    function filled() { return allTexts().filter(function (row) { return row.some(Boolean); }); }
    function handOver(block) {
      var form = document.querySelector("form[data-grid-form]");
      form.querySelector("textarea").value = writeBlock(block);
      isHandedOver = true;
      form.requestSubmit();
    }
    var isHandedOver = false;
    function setUpLocal() {
      var kept = store.get(key);
      var form = document.querySelector("form[data-grid-form]");
      var area = form.querySelector("textarea");
      if (kept && kept.some(function (row) { return row.some(Boolean); })) {
        grow(kept.length - bodies().length);
        bodies().forEach(function (body, row) {
          (kept[row] || []).forEach(function (text, column) { if (text) show(cellAt(body, column), text); });
        });
        say("kept", word("restored"));
      }
      form.addEventListener("submit", function (event) {
        if (mode) finish(true);
        if (isHandedOver) { isHandedOver = false; return; }
        var rows = filled();
        if (!rows.length) { event.preventDefault(); event.stopPropagation(); announce(word("nothing")); return; }
        // Columns that nobody filled in stay away: the next page shows what there is.
        var used = columns.map(function (column, number) { return rows.some(function (row) { return row[number]; }); });
        area.value = writeBlock([columns.map(function (column) { return column.label; })].concat(rows).map(function (row) {
          return row.filter(function (cell, number) { return used[number]; });
        }));
        store.set("sent", key);
      });
      var wipe = document.querySelector("[data-grid-wipe]");
      if (wipe) wipe.addEventListener("click", function () {
        var entries = [];
        bodies().forEach(function (body) { columns.forEach(function (column) { entries.push({ row: rowNumber(body), name: column.name, text: "" }); }); });
        change(entries);
        store.drop(key);
      });
    }

    // --- start -----------------------------------------------------------------------------------------------------------------------------
    if (isLocal) setUpLocal();
    else if (!isFixed) {
      var kept = store.get(key);
      if (kept && !isEmpty(kept)) {
        pending = kept;
        grow(Object.keys(kept).map(Number).reduce(function (one, two) { return Math.max(one, two); }, 0) - lastNumber);
        Object.keys(kept).forEach(function (number) {
          Object.keys(kept[number]).forEach(function (name) {
            var cell = cellAt(bodyOf(number), place[name]);
            if (cell) show(cell, kept[number][name]);
          });
        });
        soon(0);
      }
      var gone = store.get("sent");
      if (gone) { store.drop(gone); store.drop("sent"); }
    }
    card.classList.add("live");
    each(document, ".g-plain", function (plain) { plain.hidden = true; });
    if (card.hasAttribute("data-grid-focus")) {
      var first = bodies()[0];
      if (first) choose(first, 0, { still: true });
    }
  }

  each(document, "[data-grid]", setUp);
})();
