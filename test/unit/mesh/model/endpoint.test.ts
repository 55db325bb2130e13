import assert from "node:assert/strict";
import fc from "fast-check";
import { endpointKey, parseEndpoint, type Endpoint } from "../../../../components/mesh/model/endpoint";
import { hostile } from "../../support/mesh/arbitraries";

function endpoint(url: string): Endpoint {
  const parsed = parseEndpoint(url);
  assert.ok(parsed.ok, url);
  return parsed.endpoint;
}

describe("model: parseEndpoint", () => {
  it("reads addresses and names", () => {
    const url = "https://10.1.1.1:2379";
    assert.deepEqual(endpoint(url), { url, host: "10.1.1.1", isIP: true, port: 2379 });
    const named = "https://Etcd.Example.com:12379";
    assert.deepEqual(endpoint(named), { url: named, host: "etcd.example.com", isIP: false, port: 12379 });
    const v6 = "https://[fd00:0::1]:2379";
    assert.deepEqual(endpoint(v6), { url: v6, host: "fd00::1", isIP: true, port: 2379 });
  });

  const form = "is not an https URL with host and port and nothing behind it";
  const host = "has a host that is neither an IP address nor a DNS name";
  const port = "has a port outside 1..65535";
  const refused: Readonly<Record<string, string>> = {
    "http://10.1.1.1:2379": form,
    "10.1.1.1:2379": form,
    "https://10.1.1.1": form,
    "https://10.1.1.1:2379/": form,
    "https://10.1.1.1:2379?x=1": form,
    "https://user:secret@10.1.1.1:2379": form,
    "https://fd00::1:2379": form,
    "https://10.1.1.1:2379\n": form,
    "https://10.1.1.1:0": port,
    "https://10.1.1.1:65536": port,
    "https://10.1.1:2379": host,
    "https://10.1.1.256:2379": host,
    "https://-a:2379": host,
    "https://a..b:2379": host,
    "https://[10.1.1.1]:2379": host,
  };
  for (const [url, reason] of Object.entries(refused)) {
    it(`refuses ${JSON.stringify(url)}: ${reason}`, () => {
      assert.deepEqual(parseEndpoint(url), { ok: false, reason });
    });
  }

  it("never throws", () => {
    const urls = fc.oneof(
      hostile,
      hostile.map((text) => `https://${text}:2379`),
    );
    fc.assert(fc.property(urls, (url) => typeof parseEndpoint(url).ok === "boolean"));
  });

  it("accepts only what a URL parser understands in the same way", () => {
    const letters = fc.string({
      unit: fc.constantFrom("a", "A", "1", "0", "x", ".", "-", ":", "[", "]", "@", "/"),
      maxLength: 12,
    });
    fc.assert(
      fc.property(letters, fc.nat(70_000), (text, number) => {
        const parsed = parseEndpoint(`https://${text}:${String(number)}`);
        if (parsed.ok) {
          const url = new URL(parsed.endpoint.url);
          assert.equal(url.hostname.replace(/^\[|\]$/g, ""), parsed.endpoint.host);
          assert.equal(url.port === "" ? 443 : Number(url.port), parsed.endpoint.port);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("model: endpointKey", () => {
  it("is the same for two spellings of a listener", () => {
    const same = (a: string, b: string) => endpointKey(endpoint(a)) === endpointKey(endpoint(b));
    assert.ok(same("https://[fd00:0:0::1]:2379", "https://[FD00::1]:2379"));
    assert.ok(same("https://ETCD:2379", "https://etcd:2379"));
    assert.ok(same("https://[::ffff:10.1.1.1]:2379", "https://10.1.1.1:2379"));
    assert.ok(!same("https://10.1.1.1:2379", "https://10.1.1.1:2380"));
  });
});
