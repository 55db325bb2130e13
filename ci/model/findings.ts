import type { Finding } from "./preview";

/** `cluster "west": …`, as `formatDiagnostic` writes it. */
const OF_CLUSTER = /^cluster ("(?:[^"\\]|\\.)*"): ([^]*)$/;
/** As `rollingAgents` says it; `agents.ts` reads the rest. */
const AGENTS = /^(?:(?:\d+ )?agents? (?:rolls?|is restarted|are restarted)|no agent rolls|agents were not looked at)\b/;
const POLICY = /^(?:[A-Z][A-Za-z]*Policy|policies) /;
const NOT_LOOKED_AT =
  /could not compare|cannot be listed|cannot be judged|cannot be asked|cannot be read|could not be asked|are not judged|not judged here|looks at no live cluster|does not know which clusters/;

function parsed(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return json;
  }
}

/** Where the live checks are off, nobody knows anything of the clusters. */
export const isLookOff = ({ text }: Finding): boolean => text.startsWith("wait.preflight false ");

const QUOTED = /"(?:[^"\\]|\\.)*"/g;

function aboutOf(text: string): Finding["about"] {
  if (AGENTS.test(text)) return "agents";
  // Names and values are in quotes: none of them moves a line to another place.
  if (NOT_LOOKED_AT.test(text.replaceAll(QUOTED, '""'))) return "notLookedAt";
  return POLICY.test(text) ? "policy" : "other";
}

function findingOf(severity: Finding["severity"], line: string): Finding {
  const [, name, rest] = OF_CLUSTER.exec(line) ?? [];
  if (name === undefined || rest === undefined) {
    const text = line.replace(/^mesh: /, "");
    return { severity, about: aboutOf(text), text };
  }
  return { severity, about: aboutOf(rest), cluster: parsed(name), text: rest };
}

const ITEM = /^ {2}- /;
/** Pulumi's own words around the error of a program. */
const FRAME = /^(?:error: )?(?:Running program '.*' failed with an unhandled exception:|preview failed)$/;

/**
 * What a message of a preview says, a finding for each of its lines. A refusal has a heading and a line for each problem: where there are such lines the
 * heading says nothing more.
 *
 * @param speaker Whose it is: what another than this program says is shown, and tells nothing of clusters and agents. @default program
 */
export function findingsOf(
  severity: string,
  message: string,
  speaker: "program" | "other" = "program",
): readonly Finding[] {
  const weight = severity === "error" || severity === "warning" ? severity : "info";
  const lines = message.split(/\r?\n/).filter((line) => line.trim() !== "" && !FRAME.test(line.trim()));
  const items = lines.filter((line) => ITEM.test(line));
  const said = items.length === 0 ? lines : [...items, ...lines.filter((line) => /^ {2}… and \d+ more$/.test(line))];
  return said.map((line) => {
    const text = line
      .replace(ITEM, "")
      .trim()
      .replace(/^error: /, "");
    return speaker === "program" ? findingOf(weight, text) : { severity: weight, about: "other", text };
  });
}
