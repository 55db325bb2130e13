import assert from "node:assert/strict";
import { waitForPods } from "../../../components/identity/settledPods";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { saidWhile, timePasses } from "../support/cilium/rollingCluster";
import { agentDaemonSet, agentPod } from "../support/cilium/agentObjects";

const RESTARTED = { cluster: "west", cilium: DEFAULT_SETTINGS.cilium, maxConnectedClusters: 255 } as const;
const ID = 7;
const IDENTITY = 7 * 2 ** 16 + 300;

const HOST = { status: { state: "ready", identity: { id: 1, labels: ["reserved:host"] } } };
const podsOf = (count: number, state = "ready", identity = IDENTITY) =>
  Array.from({ length: count }, (_, n) => ({
    status: {
      state,
      identity: { id: identity, labels: ["k8s:io.kubernetes.pod.namespace=shop"] },
      "external-identifiers": { "cni-attachment-id": `c${String(n)}:eth0` },
      networking: { addressing: [{ ipv4: `10.0.0.${String(n + 1)}` }] },
    },
  }));

/** What an agent prints so many seconds after the first look; `undefined` where it does not answer. */
type Says = (agent: string, seconds: number) => readonly object[] | undefined;

/** Waits in a cluster with these agents. @returns How long, in seconds, and what was said. */
async function waitIn(agents: readonly StoredObject[], says: Says) {
  let begin = 0;
  let end = 0;
  const { lines } = await saidWhile(() =>
    timePasses(async () => {
      begin = Date.now();
      const exec = ({ pod }: { readonly pod: StoredObject }) => {
        const said = says(pod.metadata.name, (Date.now() - begin) / 1000);
        return said === undefined ? { code: 1, stdout: "", stderr: "no answer" } : JSON.stringify(said);
      };
      await waitForPods(new ClusterInMemory([agentDaemonSet, ...agents], { exec }), RESTARTED, ID);
      end = Date.now();
    }),
  );
  const warnings = lines.filter((line) => line.includes("within 60 s"));
  return { seconds: (end - begin) / 1000, warnings, lines };
}

describe("pods whose agents have been restarted", function () {
  this.timeout("20s");

  it("are waited for until each runs with an identity of the id, and no longer", async () => {
    const { seconds, warnings } = await waitIn([agentPod("a")], (_, now) => [
      HOST,
      ...podsOf(2, now < 10 ? "restoring" : "ready", now < 20 ? 300 : IDENTITY),
    ]);
    assert.ok(seconds >= 20 && seconds < 25, String(seconds));
    assert.deepEqual(warnings, []);
  });

  it("are not settled while an agent that is ready has not restored them: it says that it has none", async () => {
    const says: Says = (_, now) => (now < 30 ? [] : [HOST, ...podsOf(1, now < 40 ? "restoring" : "ready")]);
    const { seconds, warnings, lines } = await waitIn([agentPod("a")], says);
    assert.ok(seconds >= 40 && seconds < 45, String(seconds));
    assert.deepEqual(warnings, []);
    assert.match(lines.join("\n"), /0 pods do not run .* of id 7, and 1 agents do not tell of their pods yet/);
  });

  it("are waited for where agents answer late, and then with many that take longer than one agent without an answer may", async () => {
    const says: Says = (_, now) => {
      if (now < 10) return undefined;
      const settled = Math.floor((now - 10) / 20);
      return [HOST, ...podsOf(8 - Math.min(settled, 8), "regenerating"), ...podsOf(1)];
    };
    const { seconds, warnings } = await waitIn([agentPod("a")], says);
    assert.ok(seconds >= 170, String(seconds));
    assert.deepEqual(warnings, []);
  });

  it("are named and left where none settles for a minute, and so is an agent that does not answer; one on a lost node is not", async () => {
    const agents = [agentPod("a"), agentPod("mute"), agentPod("lost", false)];
    const { seconds, warnings } = await waitIn(agents, (name) =>
      name === "a" ? [HOST, ...podsOf(1, "not-ready")] : undefined,
    );
    assert.ok(seconds > 60 && seconds < 70, String(seconds));
    assert.match(warnings.join("\n"), /: those of agent mute \(no answer\), shop\/10\.0\.0\.1; see/);
    assert.doesNotMatch(warnings.join("\n"), /lost/);
  });
});
