import type { IPsecKey } from "./liveNetwork";

const LINE = /^(\d+)\+?\s+(\S.*)$/;

/**
 * The key that agents encrypt with: the last line of the file of IPsec keys, `3+ rfc4106(gcm(aes)) <key> 128`. The sign behind the number means
 * nothing of the key.
 *
 * @param digest Makes of the key what may be kept of it.
 */
export function lastIPsecKey(file: string, digest: (text: string) => string): IPsecKey | undefined {
  const lines = file.split("\n").flatMap((line) => {
    const [, id, key] = LINE.exec(line.trim()) ?? [];
    return id === undefined || key === undefined ? [] : [{ id, key }];
  });
  const last = lines.at(-1);
  return last === undefined ? undefined : { id: last.id, digest: digest(last.key.split(/\s+/).join(" ")) };
}
