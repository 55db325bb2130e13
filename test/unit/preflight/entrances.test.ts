import assert from "node:assert/strict";
import type { ApiserverService } from "../../../components/apiserver/model/liveApiserver";
import type { ClusterReads, PartialList } from "../../../components/kubernetes/clusterApi";
import { readEntrances } from "../../../components/preflight/entrances";

type Listed = Parameters<ClusterReads["listByTemplate"]>;

const ALL: readonly PartialList<string>[] = [
  { found: "a\tTrue\t\t\nb\tTrue\t\t\n" },
  { found: "b\tTrue\t\t\n" },
  { found: "a\tTrue\t\n" },
];

/** What is read for a Service, where this is answered in turn. */
async function read(service: Partial<ApiserverService> | undefined, answers = ALL) {
  const asked: Listed[] = [];
  const listByTemplate = (...all: Listed) => {
    asked.push(all);
    return Promise.resolve(answers[asked.length - 1] ?? assert.fail());
  };
  const of = { type: "NodePort", port: 2379, ingress: { addresses: [], hostnames: [] }, ...service };
  const apiserver = { containers: [], replicas: 1, readyReplicas: 1, users: { enabled: true, required: true } };
  const found = await readEntrances(
    { listByTemplate },
    "cilium",
    service === undefined ? {} : { apiserver: { ...apiserver, service: of } },
  );
  return { ...found, asked: asked.map(([kinds, where]) => [...kinds, where.namespace, where.selector]) };
}

describe("components: what decides by which nodes peers come", () => {
  it("is read where they come by nodes, and of pods where only some of these answer", async () => {
    const { nodeStates, serving, asked } = await read({});
    assert.deepEqual([...(nodeStates?.keys() ?? [])], ["a", "b"]);
    assert.deepEqual([nodeStates?.get("b")?.excluded, serving, asked.length], [true, undefined, 2]);
    const local = await read({ isLocal: true });
    assert.deepEqual([...(local.serving ?? [])], ["a"]);
    assert.deepEqual(local.asked[2], ["pods", "cilium", "k8s-app=clustermesh-apiserver"]);
    for (const service of [{ type: "LoadBalancer" }, undefined]) assert.deepEqual((await read(service)).asked, []);
  });

  it("is named where it may not be read, and does not decide", async () => {
    const refused = { found: "", refused: 'Error from server (Forbidden): nodes is forbidden: User "u" cannot list' };
    const forbidden = await read({ isLocal: true }, [refused, refused, { found: "", refused: "\nerror: broken" }]);
    assert.deepEqual([forbidden.nodeStates, forbidden.serving], [undefined, undefined]);
    assert.deepEqual(forbidden.unread, {
      nodes: "reading it is forbidden",
      "pods of clustermesh-apiserver": "error: broken",
    });
  });
});
