import assert from "node:assert/strict";
import { logLine, withoutDumps } from "../../../../components/kubernetes/model/requestLog";

describe("model: the log of kubectl's requests", () => {
  const at = "I1129 15:56:08.042017   29645";

  for (const [what, line, kind] of [
    ["its start", `${at} loader.go:402] Config loaded from file:  /tmp/k`, "log"],
    [
      "an answer",
      `${at} round_trippers.go:560] GET https://10.1.3.1:6443/api?timeout=32s 200 OK in 4 milliseconds`,
      "answer",
    ],
    ["a refusal", `${at} round_trippers.go:553] GET https://h/api 403 Forbidden in 4 milliseconds`, "answer"],
    [
      "an answer, since Kubernetes 1.33",
      `${at} round_trippers.go:632] "Response" verb="GET" url="https://h/api" status="101 Switching Protocols" milliseconds=4`,
      "answer",
    ],
    ["no answer", `${at} round_trippers.go:560] GET https://h/api?timeout=2s  in 2000 milliseconds`, "log"],
    [
      "no answer, since Kubernetes 1.33",
      `${at} round_trippers.go:632] "Response" verb="GET" url="https://h/api" status="" milliseconds=2001`,
      "log",
    ],
    ["an error", "Unable to connect to the server: EOF", "words"],
    ["a warning", "W1129 15:56:08.042017   29645 gcp.go:120] WARNING: the gcp auth plugin is deprecated", "words"],
    ["a failed discovery", 'E1129 15:48:28.549523   17369 memcache.go:265] "Unhandled Error" err="EOF"', "words"],
  ] as const) {
    it(`knows ${what}`, () => {
      assert.equal(logLine(line), kind);
    });
  }

  it("leaves out what the log goes on with over further lines, and nothing else", () => {
    const dump = '  "kind": "Status",\n  "details": {\n    "message": "}]"\n  }\n}]\n';
    const said = 'Error from server (Forbidden): configmaps "a" is forbidden\n';
    assert.equal(withoutDumps(`${dump}${said}`), said);
    assert.equal(withoutDumps(`warning\n${dump}${dump}${said}`), `warning\n${said}`);
    for (const words of [said, "", '  "quoted": no dump\nerror: x', "[{}]\n}]\n"]) {
      assert.equal(withoutDumps(words), words);
    }
  });
});
