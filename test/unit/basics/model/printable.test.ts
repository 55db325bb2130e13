import assert from "node:assert/strict";
import fc from "fast-check";
import { printable, printableJson, printableLines, quoted } from "../../../../components/basics/model/printable";
import { hostile } from "../../support/mesh/arbitraries";

/** Control and format characters, line breaks of all kinds, and halves of characters. */
const COMMANDS = /[\p{C}\p{Zl}\p{Zp}]/u;
const text = fc.oneof(
  hostile,
  fc.string({ unit: "binary" }),
  fc.constantFrom("\u001b]0;title\u0007", "<{%fg 1%}>", "a\r\nb"),
);

describe("model: texts of a cluster, as they are shown", () => {
  it("are lines that command nothing, whatever is in them", () => {
    fc.assert(
      fc.property(text, (given) => {
        const line = printable(given);
        assert.ok(!COMMANDS.test(line) && !line.includes("<{%"), JSON.stringify(line));
        assert.ok(line.length <= 10 * 10_000);
      }),
    );
  });

  it("read as they are written", () => {
    assert.equal(printable("\u001b[31mred\u202e"), "\\u001b[31mred\\u202e");
    assert.equal(printable("<{%reset%}>"), "<\\u007b%reset%}>");
    assert.equal(printable("pods → ✅ größer"), "pods → ✅ größer");
  });

  it("keep line breaks that are meant, and nothing else", () => {
    assert.equal(printableLines("a\n\u001b[2Jb\r"), "a\n\\u001b[2Jb\\u000d");
    assert.equal(printableLines("x\n".repeat(5000)).split("\n").length, 2001);
  });

  it("are marked where a program said them, so that none is taken for one of ours", () => {
    fc.assert(
      fc.property(text, (given) => {
        const lines = quoted(`${given}\n${given}`).split("\n");
        assert.ok(lines.every((line) => line.startsWith("| ") && !COMMANDS.test(line)) && lines.length <= 201);
      }),
    );
    assert.equal(quoted("a\n  - cluster b: fine\n"), "| a\n|   - cluster b: fine");
  });

  it("command nothing in JSON for people, and stay JSON", () => {
    fc.assert(
      fc.property(text, (given) => {
        const { why } = JSON.parse(printableJson({ why: given })) as { readonly why: string };
        assert.equal(why, printable(given));
      }),
    );
  });
});
