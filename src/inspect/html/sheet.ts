/**
 * How pages look. The first block is the only one that says a colour or a size; every colour of text has at least 4.5:1
 * on every ground on which it stands. Nothing depends on colour alone.
 */
const TOKENS = `
:root{color-scheme:light dark;
--ground:#fff;--sunk:#f5f7f9;--pick:#e4eefa;--hover:#eef2f6;--rule:#dde2e8;--edge:#818b97;
--ink:#14181d;--soft:#3a424c;--quiet:#5b6470;--client:#0b5cad;--server:#8a4b00;--bad:#b3261e;--good:#1a6b34;--secret:#6a3fa0;
--sans:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
--serif:ui-serif,"Iowan Old Style",Charter,"Bitstream Charter","Source Serif 4","Noto Serif",Georgia,serif;
--mono:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"Noto Sans Mono","DejaVu Sans Mono",monospace;
--t0:.8125rem;--t1:.875rem;--t2:.9375rem;--t3:1.125rem;--t4:1.375rem;--t5:1.75rem;
--line:1.45;--s1:.25rem;--s2:.5rem;--s3:.75rem;--s4:1rem;--s5:1.5rem;--s6:2rem;--s7:3rem;--gutter:1.75rem;
--hair:1px solid var(--rule);--focus:2px solid var(--client);--lane:4.5rem}
:root:lang(zh){--sans:system-ui,-apple-system,"Segoe UI","PingFang SC","Hiragino Sans GB","Microsoft YaHei UI","Microsoft YaHei","Noto Sans CJK SC",sans-serif;--serif:var(--sans);--line:1.6}
@media (prefers-color-scheme:dark){:root{
--ground:#111418;--sunk:#171b21;--pick:#1d2c3d;--hover:#1a2027;--rule:#2a313a;--edge:#6f7a87;
--ink:#e8ecf1;--soft:#c3cad3;--quiet:#9aa4b2;--client:#7cc4ff;--server:#ffb454;--bad:#ff8a80;--good:#7bd88f;--secret:#cda6ff}}
`

const PAGE = `
*{box-sizing:border-box}
html{scroll-padding-top:var(--s4)}
body{margin:0;background:var(--ground);color:var(--ink);font:var(--t2)/var(--line) var(--sans)}
header,main{padding-inline:max(var(--gutter),calc(50vw - 37rem))}
header{display:flex;gap:var(--s4);padding-block:var(--s3);border-bottom:var(--hair);color:var(--soft);overflow-wrap:anywhere}
header b{color:var(--ink)}
h1,h2,h3{font-family:var(--serif);font-weight:400;line-height:1.25;margin:0;overflow-wrap:anywhere}
h1{font-size:var(--t5)}h2{font-size:var(--t4)}h3{font-size:var(--t3)}
h4{font-size:var(--t0);font-weight:400;color:var(--quiet);margin:0 0 var(--s1)}
p{margin:0}ol{list-style:none;margin:0;padding:0}dl,dd{margin:0}
bdi{unicode-bidi:isolate}
.quiet{color:var(--quiet)}.good{color:var(--good)}.bad{color:var(--bad)}
.number{color:var(--quiet);font-variant-numeric:tabular-nums}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.left-out{color:var(--quiet);padding:var(--s2) 0}
.head{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:var(--s2) var(--s5);padding:var(--s5) 0 var(--s3)}
.head p{font-variant-numeric:tabular-nums}
.privacy{border-left:3px solid var(--edge);background:var(--sunk);color:var(--soft);padding:var(--s2) var(--s4);max-width:none}
nav{margin-top:var(--s5)}nav h2{margin-bottom:var(--s2)}
.list li{border-bottom:var(--hair)}
.list li:first-child{border-top:var(--hair)}
.list a{display:grid;grid-template-columns:1.25rem 2.5rem minmax(12rem,22rem) 7rem 1fr;gap:var(--s2);padding:var(--s2) var(--s1);color:var(--ink);text-decoration:none;overflow-wrap:anywhere}
.list a:hover{background:var(--hover)}
.list .who{text-decoration:underline;text-decoration-color:var(--edge);text-underline-offset:3px}
.list .how,.list .came{color:var(--soft)}
section{margin-top:var(--s6);padding-top:var(--s5);border-top:1px solid var(--edge)}
main>section:first-of-type:last-of-type{border-top:0;margin-top:0}
.facts{display:grid;grid-template-columns:repeat(3,1fr);margin:var(--s4) 0}
.facts div{padding:0 var(--s5);border-left:var(--hair);overflow-wrap:anywhere}
.facts div:first-child{padding-left:0;border-left:0}
.facts dt{font-size:var(--t0);color:var(--quiet)}
.facts dd{font-weight:500}
.facts .quiet{font-weight:400}
.failure{border-left:3px solid var(--bad);padding:var(--s1) 0 var(--s1) var(--s4);margin:var(--s4) 0}
.failure h3{color:var(--bad)}
.failure h3 code{font:var(--t0) var(--sans);color:var(--quiet);margin-left:var(--s2)}
.failure>p{color:var(--soft);margin:var(--s1) 0 var(--s2);max-width:80ch;overflow-wrap:anywhere}
.failure dl{display:grid;grid-template-columns:8rem minmax(0,1fr);gap:var(--s1) var(--s3)}
.failure dt{color:var(--quiet);grid-column:1}.failure dd{grid-column:2;overflow-wrap:anywhere}
.ends,.ladder>li>details>summary{display:grid;grid-template-columns:var(--lane) minmax(0,1fr) var(--lane)}
.ends{color:var(--quiet);font-size:var(--t0);padding-top:var(--s3);grid-template-columns:var(--lane) 1fr 1fr var(--lane)}
.ends>:first-child{text-align:right;padding-right:var(--s4)}.ends>:last-child{text-align:right}
.ends .client{color:var(--client);font-weight:600;overflow-wrap:anywhere}.ends .server{color:var(--server);font-weight:600;text-align:right;overflow-wrap:anywhere}
.ladder>li>details>summary{list-style:none;cursor:pointer;min-height:1.9375rem}
.ladder>li>details>summary::-webkit-details-marker{display:none}
.ladder>li>details>summary:hover{background:var(--hover)}
.ladder>li>details[open]>summary{background:var(--pick)}
:focus-visible{outline:var(--focus);outline-offset:-2px}
.ms,.size{color:var(--quiet);font-size:var(--t0);font-variant-numeric:tabular-nums;padding-top:.45rem;text-align:right}
.ms{padding-right:var(--s4)}
.lane{position:relative;border-left:2px solid var(--client);border-right:2px solid var(--server);padding:.3rem var(--s3) .5rem;display:block}
.lane::before{content:"";position:absolute;left:0;right:0;bottom:.25rem;border-bottom:1px solid var(--client)}
.lane::after{content:"";position:absolute;bottom:calc(.25rem - 4px);border:4.5px solid transparent}
.said{display:flex;flex-wrap:wrap;gap:0 var(--s2);align-items:baseline;overflow-wrap:anywhere}
.said b{font-weight:600}
.right .said b{color:var(--client)}
.left .said b{color:var(--server)}
.left .said{flex-direction:row-reverse;text-align:right}
.about{color:var(--soft);font-size:var(--t1)}
.lock{color:var(--secret)}.lock svg{vertical-align:-1px}
.right .lane::after{right:0;border-left-color:var(--client);border-right:0;border-left-width:8px}
.left .lane::before{border-bottom-color:var(--server)}
.left .lane::after{left:0;border-right-color:var(--server);border-left:0;border-right-width:8px}
.sealed .lane::before{border-bottom-style:double;border-bottom-width:3px;bottom:calc(.25rem - 1px)}
.lost .lane::before{border-bottom-style:dashed;border-bottom-color:var(--bad)}
.wrong .said b{color:var(--bad)}
.open{border-left:3px solid var(--client);padding:var(--s4) var(--s4) var(--s5);margin:0 0 var(--s3) 0;background:var(--ground)}
.left .open{border-left-color:var(--server)}
.crumbs{color:var(--quiet);font-size:var(--t1);margin:var(--s1) 0 var(--s3);overflow-wrap:anywhere}
.pane{display:grid;grid-template-columns:minmax(0,1fr) max-content;gap:var(--s5);align-items:start}
.bytes:only-child{grid-column:1/-1}
pre{font:var(--t1)/1.6 var(--mono);background:var(--sunk);margin:0 0 var(--s3);padding:var(--s2) var(--s3);overflow:hidden;white-space:pre-wrap;overflow-wrap:anywhere}
.fields details,.leaf{border-top:var(--hair)}
.fields details>:not(summary){margin-left:var(--s4)}
.fields summary{list-style:none;cursor:pointer;position:relative;padding-left:var(--s4)}
.fields summary::-webkit-details-marker{display:none}
.fields summary::before{content:"▸";position:absolute;left:0;top:.2rem;color:var(--quiet);font-size:var(--t0)}
.fields details[open]>summary::before{content:"▾"}
.fields summary:hover{background:var(--hover)}
.leaf{padding-left:var(--s4)}
.f{display:grid;grid-template-columns:minmax(7rem,max-content) minmax(0,1fr) auto;gap:var(--s3);padding:.2rem 0;align-items:baseline}
.f b{font-weight:500;overflow-wrap:anywhere}
.v{color:var(--soft);overflow-wrap:anywhere}
.note{color:var(--quiet);margin-left:var(--s2)}
.r{color:var(--quiet);font-size:var(--t0);font-variant-numeric:tabular-nums}
.m{display:block;color:var(--quiet);font-size:var(--t1);padding-bottom:.2rem;max-width:70ch}
main{padding-bottom:var(--s7)}
@media (max-width:60rem){.pane{grid-template-columns:minmax(0,1fr)}}
@media (max-width:45rem){
:root{--gutter:1rem;--lane:3.25rem;--t5:1.4375rem;--t4:1.25rem}
.facts{grid-template-columns:1fr;gap:var(--s3)}.facts div{border-left:0;padding:0}
.failure dl{grid-template-columns:1fr;gap:0}.failure dt,.failure dd{grid-column:1}.failure dd{margin-bottom:var(--s2)}
.list a{grid-template-columns:1.25rem 2rem 1fr}.list .how,.list .came{grid-column:3}
.ms{padding-right:var(--s2)}.ends>:first-child{padding-right:var(--s2)}
.lane{padding-inline:var(--s2)}
.open{padding-inline:var(--s3)}
pre{margin-inline:calc(-1*var(--s3));padding-inline:var(--s1);font-size:min(var(--t1),3.6vw)}.failure pre{margin-inline:0}
}
@media (prefers-contrast:more){:root{--quiet:var(--ink);--soft:var(--ink);--rule:var(--edge)}}
@media print{
:root{color-scheme:light;--ground:#fff;--sunk:#fff;--ink:#000;--soft:#222;--quiet:#444;--client:#0b5cad;--server:#8a4b00;--bad:#b3261e;--good:#1a6b34;--secret:#6a3fa0;--rule:#bbb;--edge:#666;--pick:#fff;--hover:#fff}
body{font-size:10pt}.ladder>li,.failure,.leaf{break-inside:avoid-page}.ladder>li:has(>details[open]){break-inside:auto}
header,main{padding-inline:0}
}
`

export const STYLE_SHEET: string = (TOKENS + PAGE).replaceAll('\n', '')
