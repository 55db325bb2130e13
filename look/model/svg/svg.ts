import { cut, printable } from "../../../components/basics/model/printable";

/** A text of others in an SVG: one line, cut, and nothing in it is markup or a control character. */
export function svgText(text: string, most = 200): string {
  return cut(printable(text), most).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Light and dark by the reader's own setting; each has a ground of its own, so that it can lie on any page. */
const STYLE = `
.ground { fill: #ffffff } text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
.title { font-size: 17px; font-weight: 600 } .faint { fill: #59636e } .small { font-size: 11px } .strong { font-weight: 600 }
.box { fill: #f6f8fa; stroke: #8b949e } .line { fill: none; stroke-width: 2 } .grid { stroke: #d1d9e0; stroke-width: 1 }
.ready { fill: #2da44e } .notReady { fill: #cf222e } .unseen { fill: #afb8c1 } .own { fill: #eaeef2 }
.line.ready { fill: none; stroke: #2da44e } .line.notReady { fill: none; stroke: #cf222e; stroke-width: 2.5; stroke-dasharray: 7 5 }
.line.unseen { fill: none; stroke: #afb8c1; stroke-dasharray: 2 4 } text.bad { fill: #cf222e } text.good { fill: #1a7f37 }
.mark { stroke: #ffffff; stroke-width: 2; fill: none; stroke-linecap: round }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117 } text { fill: #e6edf3 } .faint { fill: #9198a1 }
.box { fill: #161b22; stroke: #6e7681 } .grid { stroke: #30363d }
.ready { fill: #2ea043 } .notReady { fill: #f85149 } .unseen { fill: #484f58 } .own { fill: #21262d }
.line.ready { stroke: #3fb950 } .line.notReady { stroke: #f85149 } .line.unseen { stroke: #6e7681 }
text.bad { fill: #ff7b72 } text.good { fill: #56d364 } .mark { stroke: #0d1117 }
}
`;

const fixed = (value: number): string => String(Math.round(value * 10) / 10);

/** Attributes with numbers as short as an SVG needs them. */
export function attributes(all: Readonly<Record<string, string | number>>): string {
  return Object.entries(all)
    .map(([name, value]) => `${name}="${typeof value === "number" ? fixed(value) : value}"`)
    .join(" ");
}

/** A text at a place. */
export function label(
  x: number,
  y: number,
  text: string,
  classes = "",
  more: Readonly<Record<string, string | number>> = {},
): string {
  const all = { x, y, ...(classes === "" ? {} : { class: classes }), ...more };
  return `<text ${attributes(all)}>${svgText(text)}</text>`;
}

/** A text of at most so many characters. */
export const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

/** About how wide a text is, in pixels at 13 px. */
export const roughWidth = (text: string): number => Math.max(0, Array.from(text).length * 7.6);

/** A whole picture. @param title Said to those who do not see it as well. */
export function svgDocument(width: number, height: number, title: string, parts: readonly string[]): string {
  const size = attributes({ width: Math.ceil(width), height: Math.ceil(height) });
  const box = `viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" ${box} ${size} role="img" aria-label="${svgText(title)}">`,
    `<title>${svgText(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" ${size}/>`,
    ...parts,
    "</svg>",
  ].join("\n")}\n`;
}
