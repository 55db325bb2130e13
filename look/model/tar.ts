/** A file of an archive. */
export interface ArchiveFile {
  /** Of letters, digits, `-`, `_`, `.` and `/`, and of at most 100 characters. */
  readonly name: string;
  readonly text: string;
}

const BLOCK = 512;
const LONGEST_NAME = 100;

const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, "0")}\0`;

/** The header of a file in the format ustar (POSIX.1-1988), readable for its owner alone. */
function header(name: string, size: number, seconds: number): Buffer {
  if (name.length > LONGEST_NAME || !/^[\w./-]+$/.test(name)) throw new Error(`${name} is no name for an archive`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, "latin1");
  block.write(octal(0o600, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(seconds, 12), 100, "latin1");
  block.write(" ".repeat(8), 148, "latin1");
  block.write("0", 156, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** Files as a tar archive. @param time Of each of them. */
export function tar(files: readonly ArchiveFile[], time: Date): Buffer {
  const seconds = Math.floor(time.getTime() / 1000);
  const parts = files.flatMap(({ name, text }) => {
    const content = Buffer.from(text);
    return [header(name, content.length, seconds), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}
