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
  inMesh(
    "a selector with a line break",
    "cilium",
    { cilium: { agentSelector: "a\nb" } },
    "clustermesh:cilium.agentSelector",
    notAllowed,
  ),
  inMesh("a Secret that is called -x", "peerSecret", { peerSecret: "-x" }, "clustermesh:peerSecret", notAllowed),
  inMesh("a switch that is a text", "check", { check: "yes" }, "clustermesh:check", notAllowed),
  inMesh(
    "a limit of nothing",
    "rollOut",
    { rollOutTimeoutSeconds: 0 },
    "clustermesh:rollOutTimeoutSeconds",
    notAllowed,
  ),
  inMesh(
    "a limit of half a second",
    "rollOut",
    { rollOutTimeoutSeconds: 0.5 },
    "clustermesh:rollOutTimeoutSeconds",
    notAllowed,
  ),
  inMesh(
    "renewal at birth",
    "days",
    { leafDays: 30, leafRenewBeforeDays: 30 },
    "leafRenewBeforeDays",
    is("is not shorter"),
  ),
  inMesh("half a day", "days", { leafDays: 90.5, leafRenewBeforeDays: 1 }, "leafDays", is("is no lifetime")),
  inMesh("a leaf that outlives its CA", "days", { leafDays: 5000 }, "leafDays", is("is longer")),
  inMesh("days in words", "days", { leafDays: "ninety" }, "clustermesh:leafDays", notAllowed),
  {
    name: "a native-routing CIDR that is none",
    about: "mesh: native",
    put: (draft) => {
      const { nativeRoutingCIDRs: given } = draft.settings;
      const nativeRoutingCIDRs = [...(Array.isArray(given) ? (given as unknown[]) : []), "10/8"];
      return {
        draft: { ...draft, settings: { ...draft.settings, nativeRoutingCIDRs } },
        lines: [{ property: "nativeRoutingCIDRs", reason: is("is not a CIDR") }],
      };
    },
  },
  inMesh(
    "a demo in a cluster that is none",
    "demo",
    { demo: { serverCluster: "n-o-where" } },
    "demo.serverCluster",
    is("is no cluster"),
  ),
  inMesh(
    "a demo in a namespace that is none",
    "demo",
    { demo: { clientNamespace: "-n" } },
    "demo.clientNamespace",
    is("is no name"),
  ),
  inMesh("an unknown setting of the demo", "demo", { demo: { "a.b": 1 } }, "clustermesh:demo.a.b", unknown),
  inMesh(
    "a node selector for nobody",
    "demo",
    { demo: { nodeSelectors: { x: {} } } },
    "demo.nodeSelectors.x",
    is("is for no"),
  ),
];
