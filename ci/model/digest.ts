import { z } from "zod";
import { cut } from "../../components/basics/model/printable";
import { isOfAgents } from "./agents";
import { findingsOf } from "./findings";
import type { Change, Finding, Preview, Step } from "./preview";
import { clusterOf, partsOf } from "./urn";

const state = z.looseObject({
  parent: z.string().optional(),
  inputs: z.unknown().optional(),
  outputs: z.unknown().optional(),
});

const digest = z.looseObject({
  steps: z
    .array(
      z.looseObject({
        op: z.string(),
        urn: z.string(),
        newState: state.nullish(),
        oldState: state.nullish(),
        diffReasons: z.array(z.string()).nullish(),
        detailedDiff: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .nullish(),
  diagnostics: z
    .array(z.looseObject({ severity: z.string(), message: z.string(), urn: z.string().nullish() }))
    .nullish(),
});

type RawStep = NonNullable<z.infer<typeof digest>["steps"]>[number];

/** A replacement is three steps of the engine, and one of a reader. */
const OPS: Readonly<Record<string, Step["op"] | undefined>> = {
  create: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  import: "import",
  "import-replacement": "replace",
  read: "read",
  "read-replacement": "replace",
};

/** What changes nothing; how a refresh finds a resource is in the steps that follow from it. */
const NOTHING = ["same", "refresh"];

/** What the engine puts in place of a value that nobody knows before the run. */
const UNKNOWN = /^04da6b54-80e4-46f7-96ec-b56ff0331ba9$/;
const LONGEST_VALUE = 200;
const MOST_CHANGES = 20;
const MOST_STEPS = 5000;
const MOST_FINDINGS = 2000;

function at(value: unknown, path: string): unknown {
  const keys = [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted ?? index ?? plain ?? "",
  );
  return keys.reduce<unknown>(
    (of, key) =>
      typeof of === "object" && of !== null && Object.hasOwn(of, key)
        ? (of as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}

const json = (value: unknown): string | undefined => (value === undefined ? undefined : JSON.stringify(value));

function shown(value: unknown): string | undefined {
  const text = json(value);
  if (text === undefined) return undefined;
  return typeof value === "string" && UNKNOWN.test(value) ? "(known later)" : cut(text, LONGEST_VALUE);
}

/** What of these holds secrets; kubectl notes on an object all that it has applied. */
const SECRET_DATA = /^(?:data|stringData|stdin)\b|last-applied-configuration/;
const WITH_SECRETS = /:(?:Secret|SecretPatch|Command)$/;

function isSecret(type: string, path: string, values: readonly unknown[]): boolean {
  const hidden = values.some((value) => /\[secret\]|4dabf18193072939515e22adb298388d/.test(json(value) ?? ""));
  return hidden || (SECRET_DATA.test(path) && WITH_SECRETS.test(type));
}

function changesOf(type: string, { newState, oldState, detailedDiff, diffReasons }: RawStep) {
  const paths = new Set([...Object.keys(detailedDiff ?? {}), ...(detailedDiff ? [] : (diffReasons ?? []))]);
  const values = [...paths].map((path) => ({
    path,
    before: at(oldState?.inputs, path) ?? at(oldState?.outputs, path),
    after: at(newState?.inputs, path) ?? at(newState?.outputs, path),
  }));
  const open = values.filter(({ path, before, after }) => !isSecret(type, path, [before, after]));
  const changes = open.slice(0, MOST_CHANGES).map(({ path, before, after }): Change => {
    const [was, is] = [shown(before), shown(after)];
    return { path, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) };
  });
  return { changes, secrets: values.length - open.length };
}

function stepOf(raw: RawStep): Step {
  const { type, name } = partsOf(raw.urn);
  const cluster = clusterOf(raw.urn, raw.newState?.parent ?? raw.oldState?.parent);
  return {
    op: OPS[raw.op] ?? "other",
    type,
    name,
    ...(cluster === undefined ? {} : { cluster }),
    ...(raw.op === "create" || raw.op === "delete" ? { changes: [], secrets: 0 } : changesOf(type, raw)),
  };
}

/** One step for each resource: of a replacement the one that says most. */
function oncePerResource(steps: readonly RawStep[]): readonly Step[] {
  const found = new Map<string, Step>();
  for (const raw of steps) {
    const made = stepOf(raw);
    const before = found.get(raw.urn);
    if (before === undefined || made.changes.length > before.changes.length) found.set(raw.urn, made);
  }
  return [...found.values()];
}

/** What a preview comes to. */
export type Digest = Pick<Preview, "steps" | "findings" | "stepsLeft" | "findingsLeft">;

/** The program speaks for no resource, or for the stack; the others are those of providers, in which any server has its say. */
const speakerOf = (urn: string | null | undefined) =>
  !urn || partsOf(urn).type === "pulumi:pulumi:Stack" ? "program" : "other";

/**
 * Reads what `pulumi preview --json` has printed; `undefined` where that is nothing of the kind.
 *
 * @param scrub Takes out of a message what must not be shown, while it is still whole: a key has several lines.
 */
export function readDigest(text: string, scrub: (message: string) => string = (each) => each): Digest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const read = digest.safeParse(value);
  if (!read.success) return undefined;
  const steps = oncePerResource((read.data.steps ?? []).filter(({ op }) => !NOTHING.includes(op)));
  const findings = (read.data.diagnostics ?? []).flatMap(({ severity, message, urn }) =>
    findingsOf(severity, scrub(message), speakerOf(urn)),
  );
  return {
    steps: steps.slice(0, MOST_STEPS),
    stepsLeft: Math.max(0, steps.length - MOST_STEPS),
    findings: mostImportantFirst(findings).slice(0, MOST_FINDINGS),
    findingsLeft: Math.max(0, findings.length - MOST_FINDINGS),
  };
}

const WEIGHTS = { error: 0, warning: 2, info: 3 };

/** What is said of agents comes before warnings: where a cluster is not in it, none of its agents roll. */
const weight = (each: Finding) => (each.severity !== "error" && isOfAgents(each) ? 1 : WEIGHTS[each.severity]);

const mostImportantFirst = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => weight(a) - weight(b));
