import { printable } from "../components/basics/model/printable";
import { headline, rawLines } from "./model/lines";
import type { Preview } from "./model/preview";

/** A preview for the log of a job: all of it, one line each; no line is a command of the runner. */
export function logOf(preview: Preview): string {
  const said = preview.findings.map(
    ({ severity, cluster, text }) => `${severity}: ${cluster === undefined ? "" : `cluster ${cluster}: `}${text}`,
  );
  return [
    `${preview.stack}, ${preview.conditions}: ${headline(preview).replaceAll("**", "")}`,
    ...said.map((line) => `  ${printable(line)}`),
    ...(preview.findingsLeft === 0 ? [] : [`  (${preview.findingsLeft} messages more)`]),
    ...rawLines(preview).map((line) => `  ${line}`),
    "",
  ].join("\n");
}
