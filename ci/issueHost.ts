import { z } from "zod";
import { allPages, GITHUB_BOT, gitHubApi, gitLabApi, gitlabUser, requiredOf, type Lookup } from "./codeHost";

/** An open issue that the account has written that writes now. */
interface Issue {
  readonly number: number;
  readonly body: string;
}

/** What an issue says. */
export interface IssueText {
  readonly title: string;
  readonly body: string;
}

/** The issues of a project on GitHub or GitLab. */
export interface IssueHost {
  /** Open ones, by the account that writes. */
  own(): Promise<readonly Issue[]>;
  open(issue: IssueText): Promise<void>;
  update(number: number, issue: IssueText): Promise<void>;
  close(number: number): Promise<void>;
}

const githubIssue = z.object({
  number: z.int(),
  body: z.string().nullish(),
  // A pull request is listed as an issue, too.
  pull_request: z.unknown().optional(),
});

function gitHub(env: Lookup): IssueHost {
  const ask = gitHubApi(env, env("GITHUB_TOKEN"), "issues: write");
  const issues = `/repos/${env("GITHUB_REPOSITORY")}/issues`;
  return {
    own: async () => {
      const query = `&state=open&creator=${encodeURIComponent(GITHUB_BOT)}`;
      const found = await allPages(ask, issues, githubIssue, query);
      return found.flatMap(({ number, body, pull_request: of }) =>
        of === undefined ? [{ number, body: body ?? "" }] : [],
      );
    },
    open: async ({ title, body }) => {
      await ask("POST", issues, { title, body });
    },
    update: async (number, { title, body }) => {
      await ask("PATCH", `${issues}/${number}`, { title, body });
    },
    close: async (number) => {
      await ask("PATCH", `${issues}/${number}`, { state: "closed" });
    },
  };
}

const gitlabIssue = z.object({ iid: z.int(), description: z.string().nullish() });

function gitLab(env: Lookup): IssueHost {
  const ask = gitLabApi(env, env("GITLAB_TOKEN"));
  const issues = `/projects/${env("CI_PROJECT_ID")}/issues`;
  return {
    own: async () => {
      const { id } = gitlabUser.parse(await ask("GET", "/user"));
      const found = await allPages(ask, issues, gitlabIssue, `&state=opened&author_id=${id}`);
      return found.map(({ iid, description }) => ({ number: iid, body: description ?? "" }));
    },
    open: async ({ title, body }) => {
      await ask("POST", issues, { title, description: body });
    },
    update: async (number, { title, body }) => {
      await ask("PUT", `${issues}/${number}`, { title, description: body });
    },
    close: async (number) => {
      await ask("PUT", `${issues}/${number}`, { state_event: "close" });
    },
  };
}

/** The host that the job runs on, by the variables that it sets. @throws CodeHostError that names what is not set. */
export function issueHost(env: NodeJS.ProcessEnv): IssueHost {
  const required = requiredOf(env, "a job that may write issues");
  return env["GITLAB_CI"] ? gitLab(required) : gitHub(required);
}

/**
 * Keeps one open issue that begins with the marker, or none.
 *
 * @param wanted What it says; none is open where that is absent.
 */
export async function keepIssue(
  host: IssueHost,
  marker: string,
  wanted: IssueText | undefined,
): Promise<"opened" | "updated" | "closed" | "none"> {
  const [former, ...more] = (await host.own()).filter(({ body }) => body.startsWith(marker));
  for (const { number } of more) await host.close(number);
  if (former === undefined) {
    if (wanted === undefined) return "none";
    await host.open(wanted);
    return "opened";
  }
  if (wanted === undefined) {
    await host.close(former.number);
    return "closed";
  }
  await host.update(former.number, wanted);
  return "updated";
}
