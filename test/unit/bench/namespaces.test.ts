import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { realBody, realPath, virtualBody } from "../../bench/world/namespaces";

const SECRETS = "/api/v1/namespaces/kube-system/secrets";
const json = "application/json";
const yaml = "application/apply-patch+yaml";

const sent = (body: string, type: string, path = SECRETS, cluster = 7): unknown =>
  parse(realBody(body, { path, type }, cluster));

describe("bench: namespaces of clusters that share an API server", () => {
  it("are in the path of a request", () => {
    assert.equal(realPath(`${SECRETS}/x?force=true`, 7), "/api/v1/namespaces/kube-system-7/secrets/x?force=true");
    assert.equal(realPath("/api/v1/namespaces/kube-system", 7), "/api/v1/namespaces/kube-system-7");
    assert.equal(realPath("/api/v1/namespaces/kube-system-agents", 7), "/api/v1/namespaces/kube-system-agents");
    assert.equal(realPath(SECRETS, 0), SECRETS);
  });

  it("are in a body of JSON and in one of YAML, whichever the request says that it is", () => {
    const object = { kind: "Secret", metadata: { name: "x", namespace: "kube-system" } };
    const expected = { kind: "Secret", metadata: { name: "x", namespace: "kube-system-7" } };
    assert.deepEqual(sent(JSON.stringify(object), json), expected);
    assert.deepEqual(sent(JSON.stringify(object), `${json}; charset=utf-8`), expected);
    // Server-side apply calls both YAML: this one is from kubectl or a program, the next one from the kubernetes plugin.
    assert.deepEqual(sent(JSON.stringify(object), yaml), expected);
    assert.deepEqual(sent("kind: Secret\nmetadata:\n  name: x\n  namespace: kube-system\n", yaml), expected);
    assert.deepEqual(sent('kind: Secret\nmetadata: {"namespace": kube-system, name: x}\n', yaml), {
      kind: "Secret",
      metadata: { name: "x", namespace: "kube-system-7" },
    });
  });

  it("are in every object of a list", () => {
    const items = [{ metadata: { namespace: "kube-system" } }, { metadata: { namespace: "default" } }];
    const expected = { items: [{ metadata: { namespace: "kube-system-7" } }, { metadata: { namespace: "default" } }] };
    assert.deepEqual(sent(JSON.stringify({ items }), json), expected);
    assert.deepEqual(sent(stringify({ items }), yaml), expected);
  });

  it("are not in a text that happens to look like an object", () => {
    const inner = 'metadata:\n  namespace: kube-system\n  "namespace": "kube-system"\n';
    const object = { metadata: { name: "x" }, data: { file: inner, line: "namespace: kube-system" } };
    assert.deepEqual(sent(JSON.stringify(object), json), object);
    assert.deepEqual(sent(stringify(object), yaml), object);
  });

  it("are the name of an object only where that is the namespace itself", () => {
    const object = { kind: "Namespace", metadata: { name: "kube-system" } };
    const renamed = { kind: "Namespace", metadata: { name: "kube-system-7" } };
    for (const [type, body] of [
      [json, JSON.stringify(object)],
      [yaml, stringify(object)],
    ] as const) {
      assert.deepEqual(sent(body, type, "/api/v1/namespaces/kube-system?force=true"), renamed);
      assert.deepEqual(sent(body, type, "/api/v1/namespaces"), renamed);
      assert.deepEqual(sent(body, type, SECRETS), object);
    }
  });

  it("leave everything else as it was", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }), (object) => {
        const plain: unknown = JSON.parse(JSON.stringify(object));
        assert.deepEqual(JSON.parse(realBody(JSON.stringify(object), { path: SECRETS, type: json }, 0)), plain);
        assert.deepEqual(sent(stringify(plain), yaml, SECRETS, 0), plain);
      }),
    );
  });

  it("leave an empty body empty", () => {
    assert.equal(realBody("", { path: SECRETS, type: "" }, 7), "");
  });

  it("come back as the client knows them", () => {
    assert.equal(virtualBody('{"namespace":"kube-system-7"}', 7), '{"namespace":"kube-system"}');
    assert.equal(virtualBody('{"namespace":"kube-system-71"}', 7), '{"namespace":"kube-system-71"}');
  });
});
