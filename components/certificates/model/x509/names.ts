import { elements, Fields, NotDer, oid, TAG } from "./der";

const STRING = { utf8: 12, numeric: 18, printable: 19, t61: 20, ia5: 22, bmp: 30 } as const;

const FORBIDDEN_BMP = (point: number) =>
  point >= 0xfffe || (point >= 0xfdd0 && point <= 0xfdef) || (point >= 0xd800 && point <= 0xdfff);

/** Whether Go reads such a string (`parseASN1String`). */
function isReadable(tag: number, value: Buffer): boolean {
  const text = value.toString("latin1");
  switch (tag) {
    case STRING.utf8:
      return Buffer.from(value.toString("utf8")).equals(value);
    case STRING.numeric:
      return /^[0-9 ]*$/.test(text);
    case STRING.printable:
      return /^[A-Za-z0-9'()+,\-./ :=?*&]*$/.test(text);
    case STRING.ia5:
      return value.every((byte) => byte < 0x80);
    case STRING.bmp: {
      const points = Array.from({ length: value.length / 2 }, (_, index) => value.readUInt16BE(2 * index));
      return value.length % 2 === 0 && !points.some(FORBIDDEN_BMP);
    }
    case STRING.t61:
      return true;
    default:
      return false;
  }
}

/** @throws NotDer where a subject or issuer is nothing that Go reads. */
export function checkName(name: Buffer): void {
  for (const set of elements(name)) {
    if (set.tag !== TAG.set) throw new NotDer("a malformed name");
    for (const attribute of elements(set.value)) {
      const fields = new Fields(attribute.value);
      oid(fields.take(TAG.oid).value);
      const value = fields.any();
      if (attribute.tag !== TAG.sequence || value === undefined || !isReadable(value.tag, value.value)) {
        throw new NotDer("a name with characters that its type of string does not have, or a type that is not read");
      }
    }
  }
}
