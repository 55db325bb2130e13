import assert from "node:assert/strict";
import fc from "fast-check";
import { fieldsTemplate, parseFields, type Fields } from "../../../../components/kubernetes/model/fields";
import { printJsonPath } from "../../../support/kubernetes/printJsonPath";

const MARK = "\tM4rk";
const FIELDS: Fields = {
  metadata: { name: "text", annotations: { "example.org/x": "json", "made-by/config": "text" } },
  spec: { inner: { kind: "text" } },
  status: { conditions: [{ type: "text", message: "text" }], counts: [{ codes: "json", each: [{ code: "json" }] }] },
};

const read = (items: readonly unknown[], fields = FIELDS) =>
  parseFields(printJsonPath(fieldsTemplate(fields, MARK), { items }), fields, MARK);

describe("kubernetes: fields of a list's objects", () => {
  it("asks for nothing else, and gives them in the form that the objects have", () => {
    const kept = {
      metadata: { name: "a", annotations: { "made-by/config": "v1" } },
      status: { conditions: [{ type: "Ready" }, { type: "S", message: "m" }], counts: [] },
    };
    const whole = { ...kept, spec: { big: "x".repeat(1000) }, metadata: { ...kept.metadata, managedFields: [{}] } };
    assert.deepEqual(read([whole]), [kept]);
  });

  it("reads numbers, booleans and lists in lists", () => {
    const counts = [
      { codes: { a: [1] }, each: [{ code: 137 }, { code: false }] },
      { codes: [], each: [] },
    ];
    assert.deepEqual(read([{ status: { counts } }]), [{ status: { conditions: [], counts } }]);
    assert.deepEqual(read([]), []);
  });

  it("takes no text for anything else, whatever is in it", () => {
    const hostile = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom("\n", "\t", "\t\t", "+", "-", "+\t-", MARK.slice(0, -1), 'x"}{end}', "\tM4r\tM4r"),
    );
    const condition = fc.record({ type: hostile, message: hostile }, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(fc.record({ name: hostile, conditions: fc.array(condition) })), (objects) => {
        const items = objects.map(({ name, conditions }) => ({
          metadata: { name },
          status: { conditions, counts: [] },
        }));
        assert.deepEqual(read(items), items);
      }),
    );
  });

  it("refuses what is not whole, or something else", () => {
    const text = printJsonPath(fieldsTemplate(FIELDS, MARK), { items: [{ metadata: { name: "a" } }] });
    for (const wrong of [text.slice(0, -1), text.slice(0, text.indexOf(MARK) + 6), "", "{}", `${text}x`, `x${text}`]) {
      assert.throws(() => parseFields(wrong, FIELDS, MARK), /not what it was asked for/, JSON.stringify(wrong));
    }
  });
});
