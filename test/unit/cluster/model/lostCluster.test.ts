import assert from "node:assert/strict";
import { DEFAULT_CILIUM_OBJECTS } from "../../../../components/cilium/model/agentConfig";
import { handBack, PATCH_ANNOTATIONS, withAdvice } from "../../../../components/cluster/model/lostCluster";
import { patching } from "../../../../components/kubernetes/ownership";
import { omit } from "../../support/omit";
import { recordOf } from "../../support/record";

describe("model: advice on a cluster that is lost", () => {
  it("names the two steps of one that does not answer", () => {
    for (const said of [
      "The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?",
      "no answer within 60 s",
      "Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout",
      "Unable to connect to the server: dial tcp: lookup api.west: no such host",
      "Unable to connect to the server: net/http: TLS handshake timeout",
      "Unable to connect to the server: EOF",
    ]) {
      assert.equal(
        withAdvice(said),
        `${said}; check address, network and VPN, and run this again. Only where the cluster does not exist any more, and will never answer, take two steps: 1. list it with gone: true and run pulumi up, 2. remove it from the configuration and run pulumi up`,
      );
    }
  });

  it("names the two steps of one whose credentials are out of date", () => {
    for (const said of [
      "error: You must be logged in to the server (Unauthorized)",
      "error: You must be logged in to the server (the server has asked for the client to provide credentials)",
      'error: context "west" does not exist',
      "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority",
    ]) {
      assert.match(withAdvice(said), /; these credentials are those of the last up: 1\. list it with .* that works/);
    }
  });

  it("has none for anything else", () => {
    for (const said of ['configmaps "cilium-config" not found', "Operation cannot be fulfilled: Conflict"]) {
      assert.equal(withAdvice(said), said);
    }
  });
});

describe("model: a cluster given back by hand", () => {
  const value = (text: string) => ({ kind: "value", value: text, managers: [] }) as const;
  const config = { "cluster-name": value("default"), "cluster-id": { kind: "absent" } } as const;
  const recorded = recordOf({ config });
  const secret = (name: string) => ({ resource: "secrets", name, namespace: "kube-system" });
  const names = DEFAULT_CILIUM_OBJECTS;

  it("first loses its peers, then gets its values back and its agents anew", () => {
    const rest = `"metadata":{"annotations":{"cilium-clustermesh/originals":null,"pulumi.com/patchFieldManager":null,"pulumi.com/patchForce":null,"pulumi.com/skipAwait":null}}}'`;
    const template = `'{"spec":{"template":{"metadata":{"annotations":{"cilium-clustermesh/config":null}}}}}'`;
    assert.deepEqual(handBack({ names, recorded, claims: [secret("cilium-clustermesh"), secret("etcd")] }), [
      "kubectl -n kube-system delete secret --ignore-not-found cilium-clustermesh etcd",
      `kubectl -n kube-system patch configmap/cilium-config --type=merge --patch '{"data":{"cluster-name":"default","cluster-id":null},${rest}`,
      `kubectl -n kube-system patch daemonset/cilium --type=merge --patch ${template}`,
      `kubectl -n kube-system patch deployment/cilium-operator --type=merge --patch ${template}`,
    ]);
  });

  it("takes back every annotation of a patch", () => {
    assert.deepEqual(Object.keys(patching()).sort(), PATCH_ANNOTATIONS);
  });

  it("keeps a Secret that was adopted, and rolls no operator where there is none", () => {
    const lines = handBack({
      names: omit(names, "operator"),
      recorded: recordOf({ config, peerSecret: "present" }),
      claims: [secret("cilium-clustermesh"), { resource: "namespaces", name: "n" }],
    });
    assert.equal(lines.length, 2);
    assert.ok(lines.every((line) => !line.includes("delete") && !line.includes("deployment")));
  });

  it("is safe to paste, whatever the values were", () => {
    const odd = { "cluster-name": value("it's; rm -rf") };
    const [patch = ""] = handBack({ names, recorded: recordOf({ config: odd }), claims: [] });
    assert.ok(patch.includes(`'{"data":{"cluster-name":"it'\\''s; rm -rf"},`), patch);
  });
});
