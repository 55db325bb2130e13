import assert from "node:assert/strict";
import { liveApiserver, runs } from "../../../../components/apiserver/model/liveApiserver";
import { APISERVER_OBJECTS } from "../../../../components/apiserver/model/objects";
import { parseList } from "../../../../components/kubernetes/model/liveObject";
import { chartObjects, secretObject, serviceObject, type ChartObjects } from "../../support/apiserver/chartObjects";
import { omit } from "../../support/omit";
import type { LiveObject } from "../../support/preflight/live";

const read = (objects: readonly LiveObject[]) => liveApiserver(parseList(JSON.stringify({ items: objects })));
const readAll = (all: Partial<ChartObjects>) => read(Object.values(all));

describe("model: the clustermesh-apiserver of a live cluster", () => {
  let all: ChartObjects;
  before(async () => {
    all = await chartObjects({ kvstoremesh: true });
  });

  it("is read from what the chart has made", () => {
    const live = readAll(all);
    assert.ok(live?.ca && live.server && live.remote);
    const { ca, server, remote, users, ...rest } = live;
    assert.deepEqual(omit(users, "configMap"), { enabled: true, required: true });
    assert.deepEqual(users.configMap?.data, { "users.yaml": "users:\n" });
    assert.deepEqual(rest, {
      containers: ["etcd", "apiserver", "kvstoremesh"],
      replicas: 2,
      readyReplicas: 1,
      chart: "cilium-1.20.2",
      helmRelease: "cilium",
      service: { type: "NodePort", port: 2379, nodePort: 32379, ingress: { addresses: [], hostnames: [] } },
      adminCommonName: "admin-cluster1",
      localCommonName: "local-cluster1",
    });
    assert.match(ca.certificate ?? "", /^-----BEGIN CERTIFICATE-----/);
    assert.equal(ca.hasKey, true);
    assert.deepEqual(server.dnsNames, ["clustermesh-apiserver.kube-system.svc", "*.mesh.cilium.io"]);
    assert.deepEqual(server.ipAddresses.toSorted(), ["0:0:0:0:0:0:0:1", "127.0.0.1"]);
    assert.equal(server.trusted, ca.certificate);
    assert.equal(server.helmRelease, "cilium");
    assert.match(remote.certificate ?? "", /^-----BEGIN CERTIFICATE-----/);
    assert.deepEqual([remote.trusted, remote.keyBytes], [ca.certificate, "a leaf's key".length]);
  });

  it("tells since when its Deployment is as it is", () => {
    const since = (conditions: unknown) =>
      readAll({ ...all, deployment: { ...all.deployment, status: { conditions } } })?.unchangedSince?.toISOString();
    const condition = { type: "Available", lastUpdateTime: "2026-01-01T00:00:00Z" };
    const later = { type: "Progressing", lastTransitionTime: "2026-02-01T00:00:00Z", lastUpdateTime: null };
    assert.equal(since([condition, later]), "2026-02-01T00:00:00.000Z");
    assert.equal(since([{ ...condition, lastUpdateTime: "soon" }]), undefined);
    assert.equal(since("none"), undefined);
  });

  it("has no key of any Secret in it", () => {
    const text = JSON.stringify(readAll(all));
    assert.doesNotMatch(text, /PRIVATE KEY|a leaf's key/);
    assert.doesNotMatch(text, new RegExp(all.ca.data?.["ca.key"]?.slice(0, 40) ?? "-"));
  });

  it("is nothing where there is no Deployment", () => {
    assert.equal(readAll(omit(all, "deployment")), undefined);
    assert.equal(read([]), undefined);
  });

  it("lacks what is not there", () => {
    assert.deepEqual(read([all.deployment]), {
      containers: ["etcd", "apiserver", "kvstoremesh"],
      replicas: 2,
      readyReplicas: 1,
      chart: "cilium-1.20.2",
      helmRelease: "cilium",
      users: { enabled: true, required: true },
    });
  });

  it("knows which of its containers runs", async () => {
    const direct = readAll(await chartObjects());
    assert.deepEqual(
      [runs(direct, "apiserver"), runs(direct, "kvstoremesh"), runs(undefined, "etcd")],
      [true, false, false],
    );
  });

  it("takes no users with authMode legacy, and waits for none that are optional", async () => {
    const legacy = readAll(await chartObjects({ authMode: "legacy" }));
    assert.ok(legacy);
    assert.deepEqual(omit(legacy.users, "configMap"), { enabled: false, required: false });
    const text = JSON.stringify(all.deployment).replace('"defaultMode":256', '"optional":true');
    assert.equal(read([JSON.parse(text) as LiveObject])?.users.required, false);
  });

  it("has the list of users, of which no more is kept than can be read, and nothing else of the ConfigMap", () => {
    const data = { "users.yaml": "x".repeat(100_000), more: "y" };
    const configMap = readAll({ ...all, users: { ...all.users, data } })?.users.configMap;
    assert.deepEqual(Object.keys(configMap?.data ?? {}), ["users.yaml"]);
    assert.equal(configMap?.data["users.yaml"]?.length, 65_537);
  });

  it("has the addresses of a load balancer, and no more than peers can use", () => {
    const junk = [{ ip: "x" }, { hostname: "a b" }, {}];
    const ingress = [{ ip: "203.0.113.7" }, { ip: "2001:db8::7" }, { hostname: "lb.example.com" }, ...junk];
    const service = serviceObject({ type: "LoadBalancer" }, { loadBalancer: { ingress } });
    const read = { addresses: ["2001:db8::7", "203.0.113.7"], hostnames: ["lb.example.com"] };
    assert.deepEqual(readAll({ ...all, service })?.service?.ingress, read);
    // Nobody promises an order, and another one is no change.
    const other = serviceObject({ type: "LoadBalancer" }, { loadBalancer: { ingress: ingress.toReversed() } });
    assert.deepEqual(readAll({ ...all, service: other })?.service?.ingress, read);
    const many = Array.from({ length: 500 }, (_, index) => ({ ip: `203.0.113.${String(index % 250)}` }));
    const large = serviceObject({ type: "LoadBalancer" }, { loadBalancer: { ingress: many } });
    assert.equal(readAll({ ...all, service: large })?.service?.ingress.addresses.length, 16);
  });

  it("has no Service where that is of another form", () => {
    for (const spec of [{ ports: [] }, { ports: "x" }, { ports: [{ port: "2379" }] }, { type: 1 }]) {
      assert.equal(readAll({ ...all, service: serviceObject(spec) })?.service, undefined, JSON.stringify(spec));
    }
  });

  it("has no names out of certificates that cannot be read, or are longer than any", () => {
    for (const text of ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "x".repeat(200_000)]) {
      const broken = (name: string) => secretObject(name, { "tls.crt": text });
      const [admin, server] = ["clustermesh-apiserver-admin-cert", "clustermesh-apiserver-server-cert"].map(broken);
      assert.ok(admin && server);
      const live = readAll({ ...all, admin, server });
      assert.deepEqual([live?.adminCommonName, live?.server], [undefined, undefined]);
    }
    const fine = Buffer.from(all.admin.data?.["tls.crt"] ?? "", "base64").toString();
    const padded = (length: number) =>
      secretObject("clustermesh-apiserver-admin-cert", { "tls.crt": fine.padEnd(length) });
    assert.equal(readAll({ ...all, admin: padded(9000) })?.adminCommonName, "admin-cluster1");
    assert.equal(readAll({ ...all, admin: padded(200_000) })?.adminCommonName, undefined);
    const own = readAll({ ...all, ca: secretObject("cilium-ca", { "tls.crt": "x" }) });
    assert.deepEqual(own?.ca, { hasKey: false });
  });

  it("trusts what is not seen, where the chart has a bundle", async () => {
    assert.equal(readAll(await chartObjects({ caBundle: true }))?.server?.trusted, undefined);
  });

  it("tells whether Hubble's servers have a certificate, and each write to those that carry the name", () => {
    const hubble = secretObject("hubble-server-certs", {});
    assert.equal(read([all.deployment, hubble])?.hasHubbleCertificate, true);
    assert.equal(readAll(all)?.hasHubbleCertificate, undefined);
    const written = (version: string) =>
      readAll({ ...all, admin: { ...all.admin, metadata: { ...all.admin.metadata, resourceVersion: version } } });
    assert.equal(written("7")?.certificatesVersion, "7");
    assert.notEqual(written("8")?.certificatesVersion, written("7")?.certificatesVersion);
  });

  it("is read from these objects", () => {
    assert.deepEqual(APISERVER_OBJECTS, [
      "deployments/clustermesh-apiserver",
      "services/clustermesh-apiserver",
      "secrets/cilium-ca",
      "secrets/clustermesh-apiserver-server-cert",
      "secrets/clustermesh-apiserver-admin-cert",
      "secrets/clustermesh-apiserver-local-cert",
      "secrets/clustermesh-apiserver-remote-cert",
      "secrets/hubble-server-certs",
      "configmaps/clustermesh-remote-users",
    ]);
  });
});
