import { z } from "zod";
import { modeOf } from "./modes";
import { pairsOf, type SeenPeer } from "./pairs";
import type { CertificateLine, ClusterLine, LastChange, MeshView, Pair, VerdictLine } from "./view";

const cluster = z.object({
  name: z.string(),
  id: z.number(),
  publishes: z.string().optional(),
  reads: z.string().optional(),
  lost: z.boolean().optional(),
});
const line = z.object({
  cluster: z.string(),
  agent: z.string(),
  peer: z.string(),
  ready: z.boolean(),
  why: z.string().default(""),
});
const ofCluster = z.object({
  cluster: z.string(),
  agents: z.number(),
  ready: z.boolean(),
  notReady: z.array(z.string()),
});
const others = z.object({ others: z.number(), agents: z.number(), ready: z.boolean() });
const certificate = z.object({ subject: z.string(), expires: z.string() });
const verdict = z.object({
  client: z.string(),
  path: z.string(),
  expectedBefore: z.string(),
  seenBefore: z.string().exactOptional(),
  expectedAfter: z.string(),
  seenAfter: z.string().exactOptional(),
});

/** The outputs of a stack, as far as they are shown; others are not looked at. */
const outputs = z.object({
  clusters: z.array(cluster).default([]),
  readiness: z.array(z.union([line, ofCluster, others])).default([]),
  certificates: z.record(z.string(), z.array(certificate)).default({}),
  authorities: z.array(certificate.extend({ authority: z.string() })).default([]),
  demo: z.array(verdict).exactOptional(),
  paths: z
    .array(z.looseObject({ cluster: z.string().optional(), broken: z.array(z.string()).default([]) }))
    .default([]),
  stalePods: z.array(z.looseObject({ cluster: z.string().optional(), pod: z.string().optional() })).default([]),
});

type Outputs = z.infer<typeof outputs>;

const change = z.array(z.object({ kind: z.string(), result: z.string(), endTime: z.string() }));

/** The last change, out of what `pulumi stack history --json` prints; `undefined` where there was none. */
export function lastChangeOf(history: unknown): LastChange | undefined {
  const [last] = change.safeParse(history).data ?? [];
  return last === undefined ? undefined : { kind: last.kind, result: last.result, ended: last.endTime };
}

const MORE = /^and \d+ more$/;

/** The pairs of a cluster that has a row alone: those that it names are not ready; of those that there was no room to name nothing is known. */
function pairsOfRow(row: z.infer<typeof ofCluster>, names: readonly string[]): readonly Pair[] {
  const isCut = row.notReady.some((name) => MORE.test(name));
  return names
    .filter((name) => name !== row.cluster)
    .map((to) => {
      const isBroken = row.notReady.includes(to);
      const of = isCut && !isBroken ? 0 : row.agents;
      const why = isBroken ? "some agent does not see it ready" : "";
      return { from: row.cluster, to, ready: isBroken ? 0 : of, of, why };
    });
}

function allPairs({ readiness }: Outputs, names: readonly string[]): readonly Pair[] {
  const lines = readiness.flatMap((row): SeenPeer[] => ("peer" in row ? [row] : []));
  const peers = [...new Set([...names, ...lines.map(({ peer }) => peer)])];
  const rows = readiness.flatMap((row) => ("notReady" in row ? [row] : []));
  const rest = readiness.find((row) => "others" in row);
  const known = new Set(rows.map((row) => row.cluster));
  return [
    ...pairsOf([...new Set(lines.map((each) => each.cluster))], peers, lines),
    ...rows.flatMap((row) => pairsOfRow(row, names)),
    // What there was no room for is ready as a whole, or not known one by one.
    ...(rest === undefined
      ? []
      : names
          .filter((name) => !known.has(name))
          .flatMap((name) =>
            pairsOfRow({ cluster: name, agents: rest.ready ? 1 : 0, ready: rest.ready, notReady: [] }, names),
          )),
  ];
}

/** Agents that see all of their peers ready, of those that were asked. */
function agentsOf({ readiness }: Outputs, name: string): ClusterLine["agents"] {
  const lines = readiness.flatMap((row) => ("peer" in row && row.cluster === name ? [row] : []));
  const all = new Set(lines.map(({ agent }) => agent));
  if (all.size === 0) return undefined;
  const failing = new Set(lines.filter(({ ready }) => !ready).map(({ agent }) => agent));
  return { ready: all.size - failing.size, of: all.size };
}

function certificatesOf({ certificates, authorities }: Outputs): readonly CertificateLine[] {
  return [
    ...Object.entries(certificates).flatMap(([name, all]) =>
      all.map((each) => ({ cluster: name, what: "issued", ...each })),
    ),
    ...authorities.map(({ authority, subject, expires }) => ({
      cluster: "",
      what: `CA ${authority}`,
      subject,
      expires,
    })),
  ];
}

/** What a stack's last `up` has left, as it is shown. @throws Error where the outputs are of another form. */
export function outputsView(stack: string, given: unknown, lastChange: LastChange | undefined, at: Date): MeshView {
  const parsed = outputs.safeParse(given);
  if (!parsed.success) {
    throw new Error(
      `the outputs of stack ${stack} are of another version of the program: ${z.prettifyError(parsed.error)}`,
    );
  }
  const { clusters, demo, paths, stalePods } = parsed.data;
  const names = clusters.map(({ name }) => name);
  const verdicts: readonly VerdictLine[] | undefined = demo;
  return {
    stack,
    at: at.toISOString(),
    clusters: clusters.map(({ name, id, lost, ...rest }): ClusterLine => {
      const agents = agentsOf(parsed.data, name);
      const ways = {
        ...(rest.publishes === undefined ? {} : { publishes: rest.publishes }),
        ...(rest.reads === undefined ? {} : { reads: rest.reads }),
      };
      return {
        name,
        id,
        mode: modeOf(ways),
        ...(agents === undefined ? {} : { agents }),
        ...(lost === undefined ? {} : { lost }),
      };
    }),
    pairs: allPairs(parsed.data, names),
    certificates: certificatesOf(parsed.data),
    problems: paths.flatMap(({ cluster: name = "?", broken }) =>
      broken.map((path) => `cluster "${name}": path ${path} does not work`),
    ),
    notes: stalePods.flatMap(({ cluster: name = "?", pod }) =>
      pod === undefined ? [] : [`cluster "${name}": pod ${pod} keeps an identity of another cluster id`],
    ),
    unseen: [],
    ...(lastChange === undefined ? {} : { lastChange }),
    ...(verdicts === undefined ? {} : { verdicts }),
  };
}
