import { z } from "zod";

/** A comment of a pull request, as far as it matters here. */
export interface Comment {
  readonly id: number;
  readonly body: string;
  /** Written by the account that writes now: nobody else's comment may be overwritten. */
  readonly own: boolean;
}

/** The comments of one pull request (GitHub) or merge request (GitLab). */
export interface CodeHost {
  list(): Promise<readonly Comment[]>;
  create(body: string): Promise<void>;
  update(id: number, body: string): Promise<void>;
}

/** The environment lacks a variable, or the host refused. */
export class CodeHostError extends Error {
  override readonly name = "CodeHostError";
}

const PAGE_SIZE = 100;

/** The value of a variable that has to be set. */
export type Lookup = (name: string) => string;

/** @param where In what kind of job it is. @throws {@link CodeHostError} that names the variable. */
export const requiredOf =
  (env: NodeJS.ProcessEnv, where: string): Lookup =>
  (name) => {
    const value = env[name];
    if (!value) throw new CodeHostError(`${name} is not set; run this in ${where}`);
    return value;
  };

export type Ask = (method: string, path: string, payload?: Readonly<Record<string, string>>) => Promise<unknown>;

/** @throws {@link CodeHostError} with the host's answer; the token is in no message. */
function api(base: string, headers: Readonly<Record<string, string>>, permission: string): Ask {
  return async (method, path, payload) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { ...headers, accept: "application/json", "content-type": "application/json" },
      ...(payload === undefined ? {} : { body: JSON.stringify(payload) }),
    });
    if (!response.ok) {
      const answer = (await response.text()).slice(0, 500);
      throw new CodeHostError(`${method} ${path} answered ${response.status} ${answer}; the token needs ${permission}`);
    }
    return response.json();
  };
}

export const gitHubApi = (env: Lookup, token: string, permission: string): Ask =>
  api(
    env("GITHUB_API_URL"),
    { authorization: `Bearer ${token}`, "x-github-api-version": "2022-11-28" },
    `the permission ${permission}`,
  );

export const gitLabApi = (env: Lookup, token: string): Ask =>
  api(env("CI_API_V4_URL"), { "private-token": token }, "the scope api and the role Reporter");

/** All items of a list. @param query More of the query, such as `&state=open`. */
export async function allPages<T>(ask: Ask, path: string, item: z.ZodType<T>, query = ""): Promise<readonly T[]> {
  const found: T[] = [];
  for (let page = 1; ; page++) {
    const answer = await ask("GET", `${path}?per_page=${PAGE_SIZE}&page=${page}${query}`);
    const items = z.array(item).parse(answer);
    found.push(...items);
    if (items.length < PAGE_SIZE) return found;
  }
}

/** Who writes with the token of a workflow. */
export const GITHUB_BOT = "github-actions[bot]";

const githubComment = z.object({
  id: z.int(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullable(),
});

function gitHub(env: Lookup, token: string): CodeHost {
  const ask = gitHubApi(env, token, "pull-requests: write");
  const comments = `/repos/${env("GITHUB_REPOSITORY")}/issues`;
  const ours = `${comments}/${env("PULL_REQUEST")}/comments`;
  return {
    list: async () =>
      (await allPages(ask, ours, githubComment)).map(({ id, body, user }) => ({
        id,
        body: body ?? "",
        own: user?.login === GITHUB_BOT,
      })),
    create: async (body) => {
      await ask("POST", ours, { body });
    },
    update: async (id, body) => {
      await ask("PATCH", `${comments}/comments/${id}`, { body });
    },
  };
}

export const gitlabUser = z.object({ id: z.int() });
const gitlabNote = z.object({ id: z.int(), body: z.string(), author: gitlabUser });

function gitLab(env: Lookup, token: string): CodeHost {
  const ask = gitLabApi(env, token);
  const notes = `/projects/${env("CI_MERGE_REQUEST_PROJECT_ID")}/merge_requests/${env("CI_MERGE_REQUEST_IID")}/notes`;
  return {
    list: async () => {
      const self = gitlabUser.parse(await ask("GET", "/user"));
      const found = await allPages(ask, notes, gitlabNote);
      return found.map(({ id, body, author }) => ({ id, body, own: author.id === self.id }));
    },
    create: async (body) => {
      await ask("POST", notes, { body });
    },
    update: async (id, body) => {
      await ask("PUT", `${notes}/${id}`, { body });
    },
  };
}

/**
 * The host that the job runs on, by the variables that it sets; nothing where the job has no token to comment with, as in a fork:
 * `GITHUB_TOKEN` with `PULL_REQUEST`, or `GITLAB_TOKEN`.
 */
export function codeHost(env: NodeJS.ProcessEnv): CodeHost | undefined {
  const required = requiredOf(env, "a job of a pull request");
  const [open, token] = env["GITLAB_CI"] ? [gitLab, env["GITLAB_TOKEN"]] : [gitHub, env["GITHUB_TOKEN"]];
  return token ? open(required, token) : undefined;
}

/** Updates the own comment that begins with the marker, or writes the first one. */
export async function leaveComment(host: CodeHost, marker: string, body: string): Promise<"created" | "updated"> {
  const former = (await host.list()).find((comment) => comment.own && comment.body.startsWith(marker));
  if (former === undefined) {
    await host.create(body);
    return "created";
  }
  await host.update(former.id, body);
  return "updated";
}
