import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { parentOf, sessionOf } from "../session";
import type { Haystack } from "./needles";

const EVERY_MS = 20;
/** Opened files of every process are looked at once in so many samples: they are many, and stay open for a while. */
const FILES_EVERY = 5;

/** A file without a name that a process had open. */
export interface NamelessFile {
  readonly mode: number;
  readonly links: number;
  readonly content: string;
  /** The process that had it, by its first argument. */
  readonly by: string;
}

/** What was seen of the processes of some sessions while they ran. */
export interface ProcessWatch {
  /** A session that is watched from now on. */
  add(leader: number): void;
  readonly processes: () => number;
  readonly samples: () => number;
  readonly argumentsSeen: () => readonly Haystack[];
  readonly environmentsSeen: () => readonly Haystack[];
  readonly nameless: () => readonly NamelessFile[];
  stop(): void;
}

const read = (file: string): string => {
  try {
    return readFileSync(file, "latin1");
  } catch {
    // The process has ended meanwhile.
    return "";
  }
};

const list = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** The files without a name below a folder that a process has open. */
function namelessFiles(pid: number, below: string): readonly Omit<NamelessFile, "by">[] {
  return list(`/proc/${String(pid)}/fd`).flatMap((fd) => {
    const path = `/proc/${String(pid)}/fd/${fd}`;
    try {
      const target = readlinkSync(path);
      if (!target.startsWith(below) || !target.endsWith(" (deleted)")) {
        return [];
      }
      const { mode, nlink } = statSync(path);
      return [{ mode: mode & 0o777, links: nlink, content: readFileSync(path, "utf8") }];
    } catch {
      return [];
    }
  });
}

/**
 * Looks at the arguments and the environment of every process of a session, and of those that these start in sessions of their own, again and
 * again: both change when a process becomes another program. Linux only.
 *
 * @param below Folder of the files without a name that are of interest.
 */
export function watchProcesses(below: string): ProcessWatch {
  const leaders = new Set<number>();
  const outsiders = new Set<string>();
  const insiders = new Set<string>();
  const commands = new Map<string, Haystack>();
  const environments = new Map<string, Haystack>();
  const nameless = new Map<string, NamelessFile>();
  let samples = 0;

  const look = (pid: number) => {
    const command = read(`/proc/${String(pid)}/cmdline`).replaceAll("\0", " ");
    const program = command.split(" ").slice(0, 6).join(" ").slice(0, 200);
    commands.set(command, { place: `arguments of ${program}`, content: command });
    const environment = read(`/proc/${String(pid)}/environ`);
    environments.set(environment, { place: `environment of ${program}`, content: environment });
    if (samples % FILES_EVERY === 0) {
      for (const file of namelessFiles(pid, below)) {
        nameless.set(JSON.stringify([file, program]), { ...file, by: program });
      }
    }
  };
  const sample = () => {
    samples++;
    const now = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
    for (const entry of now) {
      const inside =
        insiders.has(entry) ||
        (!outsiders.has(entry) &&
          (leaders.has(sessionOf(Number(entry)) ?? 0) || insiders.has(String(parentOf(Number(entry))))));
      (inside ? insiders : outsiders).add(entry);
      if (inside) {
        look(Number(entry));
      }
    }
  };
  const timer = setInterval(sample, EVERY_MS);
  return {
    add: (leader) => {
      leaders.add(leader);
      outsiders.clear();
    },
    processes: () => insiders.size,
    samples: () => samples,
    argumentsSeen: () => [...commands.values()],
    environmentsSeen: () => [...environments.values()],
    nameless: () => [...nameless.values()],
    stop: () => {
      clearInterval(timer);
    },
  };
}
