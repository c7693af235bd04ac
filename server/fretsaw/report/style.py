"""The page's style, light and dark, and its one button."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --dim: #5c6670; --paper: #fff; --panel: #f5f6f8; --line: #d9dde2;
  --add: #e4f6e8; --del: #fde8e8; --keep: #14713a; --drop: #b3261e; --flag: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e6ea; --dim: #9aa4af; --paper: #15181c; --panel: #1e2227;
  --line: #343a41; --add: #12351f; --del: #43191a; --keep: #6fd394; --drop: #ff8f86; --flag: #f0b95a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h3 { font: 600 .95rem ui-monospace, monospace; margin: 1.2rem 0 .4rem; }
p { margin: .4rem 0; } .dim { color: var(--dim); } code, pre, .line { font: .85rem/1.45 ui-monospace, monospace; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .8rem; overflow-x: auto;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.badge { display: inline-block; padding: 0 .5em; border: 1px solid currentColor; border-radius: 1em; font-size: .8rem;
  color: var(--dim); }
.badge.keep { color: var(--keep); } .badge.drop { color: var(--drop); } .badge.flag { color: var(--flag); }
.change { border: 1px solid var(--line); border-radius: 6px; margin: .6rem 0; overflow: hidden; }
.change > p { padding: .4rem .8rem; margin: 0; background: var(--panel); font-size: .9rem; }
h1, h3, p, li, summary { overflow-wrap: anywhere; }
.line { white-space: pre-wrap; overflow-wrap: anywhere; padding: 0 .8rem 0 2rem; position: relative; min-height: 1.45em; }
.line i { position: absolute; left: .8rem; font-style: normal; color: var(--dim); }
.line.add { background: var(--add); } .line.del { background: var(--del); }
.split { display: none; grid-template-columns: 1fr 1fr; }
@media (min-width: 45rem) { .wide .split { display: grid; } .wide .unified { display: none; } }
@media (max-width: 45rem) { #layout { display: none; } body { padding: 1rem; } }
h1, h3, .notices li, .change > p, .line, pre { max-height: 30rem; overflow-y: auto; } /* a gigantic line is no wall */
.side + .side { border-left: 1px solid var(--line); }
details { margin: .6rem 0; } summary { cursor: pointer; }
.notices { border-left: 3px solid var(--flag); padding-left: 1.2rem; }
table.bars { width: 100%; border-spacing: 0; font-size: .85rem; } table.bars td:last-child { width: 60%; }
table.bars td { padding: .1rem .8rem .1rem 0; white-space: nowrap; }
.bar { background: var(--dim); height: .6rem; border-radius: 3px; min-width: 1px; }
button { font: inherit; padding: .2rem .8rem; border: 1px solid var(--line); border-radius: 6px; background: var(--panel);
  color: var(--ink); cursor: pointer; }
"""

SCRIPT = """
const button = document.getElementById('layout');
button.hidden = false;
button.onclick = () => {
  const wide = document.body.classList.toggle('wide');
  button.textContent = wide ? 'unified' : 'side by side';
};
"""
