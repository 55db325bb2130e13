import assert from "node:assert/strict";
import { apiserverEndings } from "../../../../components/preflight/model/apiserverEndings";
import { testCA } from "../../support/apiserver/certificates";
import { chartObjects, secretObject, type ChartObjects } from "../../support/apiserver/chartObjects";
import { inspectedApiserver } from "../../support/apiserver/inspectedApiserver";
import { NOW } from "../../support/certificates/ca";
import { lines, member } from "../../support/mesh/mesh";
import { omit } from "../../support/omit";
import { POLICY } from "../../support/preflight/live";

const UPGRADE = "helm upgrade cilium cilium/cilium --version 1.20.2 --namespace kube-system --reuse-values";
const RESTART = "kubectl --namespace kube-system rollout restart deployment/clustermesh-apiserver";
const SOON = { notAfter: new Date("2026-12-05T12:00:00Z") };

describe("preflight: ends of certificates of a clustermesh-apiserver", () => {
  function said(objects: Partial<ChartObjects>, written = {}) {
    const each = inspectedApiserver(Object.values(objects));
    const clusters = [{ ...member(1), ...each.cluster }];
    const policy = { ...POLICY, written: { cluster1: written } };
    return lines(apiserverEndings(clusters, new Map([["cluster1", each.live]]), policy, NOW));
  }

  async function ending(name: string, commonName: string, made: object = {}) {
    const ca = await testCA();
    const { certificate, privateKey } = await ca.pair({ commonName, ...SOON });
    const secret = secretObject(name, { "tls.crt": certificate, "tls.key": privateKey, "ca.crt": ca.certificate });
    return { ...secret, metadata: { ...secret.metadata, ...made } };
  }

  it("are not told while they are far", async () => {
    assert.deepEqual(said(await chartObjects()), []);
    assert.deepEqual(said(omit(await chartObjects(), "ca")), []);
  });

  it("are told with Helm's command where Helm renews", async () => {
    const server = await ending("clustermesh-apiserver-server-cert", "server");
    assert.deepEqual(said({ ...(await chartObjects()), server }), [
      'cluster "cluster1": Secret kube-system/clustermesh-apiserver-server-cert "CN=server" ends on 2026-12-05, in 20 days; ' +
        `run ${UPGRADE} (or by its HelmChart, in k3s and RKE2), which makes it again, and then ${RESTART}`,
    ]);
  });

  it("are told with who renews where that is another", async () => {
    const server = await ending("clustermesh-apiserver-server-cert", "server", { annotations: {} });
    const [line = ""] = said({ ...(await chartObjects()), server });
    assert.match(
      line,
      /see that who has made it \(cert-manager, the chart's CronJob, or a person\) renews it, and then kubectl/,
    );
  });

  it("are those of the CA, which the chart keeps, where it signs here", async () => {
    const ca = await testCA("CN=Cilium CA", true, SOON);
    const objects = await chartObjects({}, ca);
    const [line = "", ...more] = said(objects);
    assert.deepEqual(more, []);
    assert.match(
      line,
      /cilium-ca "CN=Cilium CA" ends on 2026-12-05, in 20 days; the chart keeps it: give Helm its successor/,
    );
    const given = { certificate: ca.certificate, privateKey: ca.privateKey };
    assert.deepEqual(said(objects, { apiserver: { ca: given } }), []);
  });

  it("are those of what was issued for all peers, only where they show it", async () => {
    const remote = await ending("clustermesh-apiserver-remote-cert", "remote");
    const objects = { ...(await chartObjects()), remote };
    assert.deepEqual(said(objects), []);
    const [line = "", ...more] = said(omit(objects, "ca"));
    assert.deepEqual(more, []);
    assert.match(line, /remote-cert "CN=remote" ends on 2026-12-05, in 20 days; run helm .*; pulumi up hands it on$/);
  });

  it("are not those of a cluster in kvstore mode", async () => {
    const ca = await testCA("CN=Cilium CA", true, SOON);
    const { live } = inspectedApiserver(Object.values(await chartObjects({}, ca)));
    assert.deepEqual(apiserverEndings([member(1)], new Map([["cluster1", live]]), POLICY, NOW), []);
  });
});
