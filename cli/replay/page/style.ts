/** The look of an exported page. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #f4f5f7; --panel: #ffffff; --line-colour: #dfe3e8; --ink: #1b2330;
  --soft: #66707f; --accent: #0f766e; --amber: #8a5a00; --amber-ground: #fdf1d8; --red: #b3261e; --red-ground: #fde8e6;
  --green: #17693a; --green-ground: #def4e5; --screen: #10141b; --glyph: #c9d1dc; --line: 1.3em;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media (prefers-color-scheme: dark) { :root { --ground: #0c0f14; --panel: #131820; --line-colour: #232b37;
  --ink: #dde3ec; --soft: #8894a5; --accent: #4fc1b3; --amber: #f0c26b; --amber-ground: #33280f; --red: #ff8f87;
  --red-ground: #3a1614; --green: #7ddc9d; --green-ground: #10301d; --screen: #0a0d12; } }
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body { display: grid; grid-template: auto auto minmax(0, 1fr) auto / minmax(0, 1fr); background: var(--ground);
  color: var(--ink); font: 14px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
body.with-markers { grid-template-columns: minmax(0, 1fr) 260px; }
header { grid-area: 1 / 1 / auto / -1; display: flex; align-items: center; gap: 28px; padding: 14px 24px;
  background: var(--panel); border-bottom: 1px solid var(--line-colour); }
.brand { font-size: 11px; letter-spacing: .14em; text-transform: uppercase; color: var(--accent); font-weight: 600; }
h1 { margin: 0; font-size: 18px; font-weight: 600; letter-spacing: -.01em; }
dl { margin: 0; }
#facts { display: flex; flex-wrap: wrap; gap: 2px 26px; flex: 1; }
dt { font-size: 11px; color: var(--soft); }
#facts dd { font-size: 13px; }
dd { margin: 0; overflow-wrap: anywhere; }
button { font: inherit; color: inherit; background: none; border: 0; cursor: pointer; border-radius: 6px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
#status { white-space: nowrap; padding: 5px 13px; border-radius: 99px; font-weight: 600; font-size: 12px; letter-spacing: .04em; }
.sound { color: var(--green); background: var(--green-ground); }
.sound::before { content: "✓ "; }
.unsound { color: var(--red); background: var(--red-ground); }
.unsound::before { content: "! "; }
#banner { grid-area: 2 / 1 / auto / -1; padding: 9px 24px; background: var(--red); color: var(--panel); font-weight: 600; }
#stage { grid-area: 3 / 1; overflow: auto; min-width: 0; scrollbar-gutter: stable; }
.with-markers #stage { scrollbar-gutter: auto; display: grid; place-items: center; background: var(--ground); overflow: hidden; }
.bezel { padding: 18px 20px; border-radius: 12px; background: var(--screen); color: var(--glyph);
  box-shadow: 0 12px 40px rgb(0 0 0 / .28), 0 0 0 1px rgb(255 255 255 / .06) inset; }
.screen { position: relative; font-family: var(--mono); line-height: 1.3; white-space: pre; cursor: text; }
.screen .row { height: var(--line); position: relative; }
.screen .row span { position: absolute; top: 0; height: var(--line); unicode-bidi: isolate-override; }
.screen .cursor { position: absolute; width: 1ch; height: var(--line); background: var(--glyph); opacity: .55; }
#markers { grid-area: 3 / 2; border-left: 1px solid var(--line-colour); background: var(--panel); overflow: auto; padding: 10px; display: none; }
.with-markers #markers { display: block; }
#markers h2 { font-size: 11px; color: var(--soft); font-weight: 500; margin: 4px 8px 8px; }
.marker { display: grid; grid-template-columns: auto 1fr; gap: 10px; width: 100%; padding: 6px 8px; text-align: left; font-size: 13px; }
.marker span { overflow: hidden; text-overflow: ellipsis; }
.marker:hover, .line:hover { background: color-mix(in srgb, var(--accent) 9%, transparent); }
.at { font-family: var(--mono); font-size: 12px; color: var(--soft); font-variant-numeric: tabular-nums; }
footer { grid-area: 4 / 1 / auto / -1; display: flex; align-items: center; gap: 14px; padding: 10px 24px;
  background: var(--panel); border-top: 1px solid var(--line-colour); }
#play { width: 38px; height: 38px; border-radius: 50%; background: var(--accent); color: var(--panel); font-size: 13px; flex: none; }
#time { font-family: var(--mono); font-size: 12.5px; font-variant-numeric: tabular-nums; white-space: nowrap; min-width: 17ch; }
.track { position: relative; flex: 1; height: 28px; }
.track .bed, #done { position: absolute; top: 12px; height: 4px; border-radius: 2px; }
.track .bed { left: 0; right: 0; background: var(--line-colour); }
#done { left: 0; background: var(--accent); }
#ticks i { position: absolute; top: 8px; width: 2px; height: 12px; margin-left: -1px; background: var(--soft); opacity: .45; }
#seek { position: absolute; inset: 0; width: 100%; margin: 0; appearance: none; background: none; cursor: pointer; }
#seek::-webkit-slider-thumb { appearance: none; width: 14px; height: 14px; border-radius: 50%; background: var(--accent);
  border: 2px solid var(--panel); box-shadow: 0 0 0 1px var(--accent); }
#seek::-moz-range-thumb { width: 11px; height: 11px; border-radius: 50%; background: var(--accent); border: 2px solid var(--panel); }
.control { padding: 5px 11px; border: 1px solid var(--line-colour); font-size: 12.5px; min-width: 46px; }
.control[aria-pressed="true"] { border-color: var(--accent); color: var(--accent); }
#typed { font-family: var(--mono); font-size: 12.5px; color: var(--soft); max-width: 22ch; overflow: hidden; white-space: nowrap; }
.sheet { max-width: 1280px; margin: 0 auto; padding: 18px 24px 60px; }
.filters { display: flex; flex-wrap: wrap; gap: 10px; align-items: center; margin-bottom: 14px; }
.find { flex: 1 1 220px; max-width: 420px; padding: 8px 13px; font: inherit; color: inherit; background: var(--panel);
  border: 1px solid var(--line-colour); border-radius: 8px; }
.chip { white-space: nowrap; padding: 4px 12px; border-radius: 99px; border: 1px solid var(--line-colour); font-size: 12.5px; color: var(--soft); }
.chip.amber[aria-pressed="true"], .badge.amber { color: var(--amber); background: var(--amber-ground); border-color: transparent; }
.chip.red[aria-pressed="true"], .badge.red { color: var(--red); background: var(--red-ground); border-color: transparent; }
.items { list-style: none; margin: 0; padding: 0; background: var(--panel); border: 1px solid var(--line-colour);
  border-radius: 10px; overflow: clip; }
.item + .item { border-top: 1px solid var(--line-colour); }
.item.current { box-shadow: 3px 0 0 var(--accent) inset; background: color-mix(in srgb, var(--accent) 6%, transparent); }
.line { display: grid; grid-template-columns: 7.5ch 8ch minmax(0, 1fr) auto; gap: 14px; width: 100%; padding: 8px 16px;
  text-align: left; align-items: baseline; border-radius: 0; }
.op { font-size: 11.5px; color: var(--soft); overflow: hidden; text-overflow: ellipsis; }
.line .text { font-family: var(--mono); font-size: 13px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.event .line .text { color: var(--soft); }
.failed .line .text { color: var(--red); }
.numbers { display: flex; white-space: nowrap; gap: 12px; font-size: 12px; color: var(--soft); font-variant-numeric: tabular-nums; align-items: baseline; }
.took { min-width: 8ch; text-align: right; }
.badge { padding: 1px 9px; border-radius: 99px; font-weight: 600; font-size: 11.5px; }
.detail { padding: 2px 16px 18px 16px; margin-left: calc(7.5ch + 8ch + 28px); }
.detail pre { margin: 0 0 10px; padding: 12px 14px; background: var(--ground); border-radius: 8px; font: 13px/1.5 var(--mono);
  white-space: pre-wrap; overflow-wrap: anywhere; }
.note { margin: 4px 0; color: var(--soft); font-size: 12.5px; overflow-wrap: anywhere; }
.error { color: var(--red); font-weight: 500; margin: 6px 0; }
.result { overflow: auto; max-height: 480px; border: 1px solid var(--line-colour); border-radius: 8px; }
.result .note { padding: 4px 12px; }
table { border-collapse: collapse; font-size: 13px; width: 100%; }
th { position: sticky; top: 0; background: var(--panel); text-align: left; font-weight: 600; font-size: 12px; color: var(--soft); }
th, td { padding: 5px 12px; border-bottom: 1px solid var(--line-colour); white-space: nowrap; unicode-bidi: isolate; }
td { font-family: var(--mono); font-size: 12.5px; }
td.number { text-align: right; }
td.null { color: var(--soft); font-style: italic; opacity: .7; }
td.masked, th.masked { color: var(--amber); background: var(--amber-ground); }
.nothing { padding: 28px; text-align: center; color: var(--soft); }
dialog { border: 1px solid var(--line-colour); border-radius: 14px; background: var(--panel); color: var(--ink); padding: 22px 26px;
  max-width: 660px; box-shadow: 0 20px 60px rgb(0 0 0 / .35); }
dialog::backdrop { background: rgb(0 0 0 / .45); }
dialog h2 { margin: 0 0 6px; font-size: 16px; }
dialog dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 18px; margin: 14px 0; font-size: 13px; }
dialog dd { font-family: var(--mono); font-size: 12.5px; }
dialog .control { margin-top: 6px; }
@media (max-width: 800px) { #facts, #idle, #typed { display: none; } header { justify-content: space-between; padding: 12px 16px; }
  body.with-markers { grid-template: auto auto minmax(0, 1fr) auto auto / minmax(0, 1fr); }
  .with-markers #markers { grid-area: 4 / 1; max-height: 28vh; border: 0; border-top: 1px solid var(--line-colour); }
  .with-markers footer { grid-row: 5; } .sheet { padding: 14px 12px 40px; } .detail { margin-left: 0; }
  .line { grid-template-columns: auto minmax(0, 1fr) auto; gap: 2px 12px; padding: 8px 12px; }
  .line .text { order: 1; grid-column: 1 / -1; white-space: normal; overflow-wrap: anywhere; max-height: 6em; }
  .took { min-width: 0; } footer { flex-wrap: wrap; gap: 4px 12px; padding: 6px 16px 10px; }
  .track { order: -1; flex-basis: 100%; } #time { flex: 1; min-width: 0; } }
@media print { footer, .filters { display: none; } #stage { overflow: visible; } }
`;
