import { inMesh, is, notAllowed, unknown, type Fault } from "./fault";

/** Settings of the whole mesh. */
export const settings: readonly Fault[] = [
  inMesh("an unknown setting", "unknown", { autority: "x" }, "clustermesh:autority", unknown),
  inMesh(
    "an unknown setting of Cilium",
    "cilium",
    { cilium: { daemonset: "x" } },
    "clustermesh:cilium.daemonset",
    unknown,
  ),
  inMesh(
    "a namespace that is none",
    "cilium",
    { cilium: { namespace: "a b" } },
    "clustermesh:cilium.namespace",
    notAllowed,
  ),
  inMesh("an owner with a line break", "owner", { owner: "a\nb" }, "clustermesh:owner", notAllowed),
  inMesh("a Secret that is called -x", "peerSecret", { peerSecret: "-x" }, "clustermesh:peerSecret", notAllowed),
  inMesh(
    "a switch that is a text",
    "switch",
    { requireExternalPeers: "yes" },
    "clustermesh:requireExternalPeers",
    notAllowed,
  ),
  inMesh("something else that is allowed", "allow", { allow: ["everything"] }, "clustermesh:allow[0]", notAllowed),
  inMesh("a limit of nothing", "wait", { wait: { rollout: 0 } }, "clustermesh:wait.rollout", notAllowed),
  inMesh("a limit of half a second", "wait", { wait: { rollout: 0.5 } }, "clustermesh:wait.rollout", notAllowed),
  inMesh("half a day", "days", { certificates: { leafDays: 90.5 } }, "clustermesh:certificates.leafDays", notAllowed),
  inMesh(
    "a leaf that outlives its CA",
    "days",
    { certificates: { leafDays: 5000 } },
    "certificates.leafDays",
    is("is longer"),
  ),
  inMesh(
    "days in words",
    "days",
    { certificates: { leafDays: "ninety" } },
    "clustermesh:certificates.leafDays",
    notAllowed,
  ),
  {
    name: "a demo in a cluster that is none",
    about: "mesh: demo",
    put: (draft, _at, other) => ({
      draft: { ...draft, settings: { ...draft.settings, demo: { clusters: ["n-o-where", other.name] } } },
      lines: [{ property: "demo.clusters[0]", reason: is("is no cluster") }],
    }),
  },
  inMesh("an unknown setting of the demo", "demo", { demo: { "a.b": 1 } }, "clustermesh:demo.a.b", unknown),
  inMesh(
    "a node selector for nobody",
    "demo",
    { demo: { nodeSelectors: { x: {} } } },
    "demo.nodeSelectors.x",
    is("is for no"),
  ),
];
