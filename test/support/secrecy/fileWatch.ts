import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Haystack } from "./needles";

const EVERY_MS = 20;

/** A file that was there at some moment. */
export interface SeenFile extends Haystack {
  readonly mode: number;
}

/** The files that were seen in some folders while they were watched. */
export interface FileWatch {
  /** Every content that was seen, with the mode that its file had. */
  readonly seen: () => readonly SeenFile[];
  stop(): void;
}

interface Version {
  readonly path: string;
  readonly mode: number;
  readonly mark: string;
}

function versions(folder: string, skip: ReadonlySet<string>): readonly Version[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry): readonly Version[] => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        return skip.has(entry.name) ? [] : versions(path, skip);
      }
      if (!entry.isFile()) {
        return [];
      }
      const { mode, size, mtimeMs, ino } = statSync(path);
      return [{ path, mode: mode & 0o777, mark: [path, size, mtimeMs, ino, mode].join(" ") }];
    });
  } catch {
    // It is gone already.
    return [];
  }
}

/** The files of a folder as they are. */
export function filesOf(folder: string, skip: readonly string[] = []): readonly SeenFile[] {
  return versions(folder, new Set(skip)).flatMap(({ path, mode }) => {
    try {
      return [{ place: path, mode, content: readFileSync(path, "latin1") }];
    } catch {
      return [];
    }
  });
}

/**
 * Reads every file that appears or changes in a folder, as soon as it does.
 *
 * @param skip Names of folders that are left out.
 */
export function watchFiles(folder: string, skip: readonly string[] = []): FileWatch {
  const left = new Set(skip);
  const known = new Set<string>();
  const seen: SeenFile[] = [];
  const look = () => {
    for (const { path, mode, mark } of versions(folder, left)) {
      if (!known.has(mark)) {
        known.add(mark);
        try {
          seen.push({ place: path, mode, content: readFileSync(path, "latin1") });
        } catch {
          // It is gone already.
        }
      }
    }
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    seen: () => seen,
    stop: () => {
      look();
      clearInterval(timer);
    },
  };
}
