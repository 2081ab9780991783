import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api } from "../src/api/client";
import type { Job } from "../src/api/types";
import { events, type StudioEvent } from "../src/state/events.svelte";
import { LiveJob } from "../src/state/jobs.svelte";

const job = (revision: number, state: Job["state"]): Job => ({ id: "j", capability: "analyze", state, revision, progress_percent: 0 }) as Job;
const subscribed = (revision: number): StudioEvent => ({ seq: 9, topic: "job", id: "j", event: "subscribed", data: { revision } });
let tell: (event: StudioEvent) => void;
let answers: ((job: Job) => void)[];
let live: LiveJob;

/** The oldest request that waits is answered. */
async function answer(given: Job): Promise<void> {
  answers.shift()!(given);
  await new Promise((resolve) => setTimeout(resolve));
}

beforeEach(() => {
  answers = [];
  vi.spyOn(api, "job").mockImplementation((() => new Promise<Job>((resolve) => answers.push(resolve))) as typeof api.job);
  vi.spyOn(events, "subscribe").mockImplementation((_topic, _id, listener) => {
    tell = listener;
    return () => undefined;
  });
  live = new LiveJob("j");
});

afterEach(() => {
  live.stop();
  vi.restoreAllMocks();
});

it("a job that ended after it was read and before the server began to tell is read again", async () => {
  await answer(job(1, "processing"));
  tell(subscribed(3));
  expect(answers).toHaveLength(1);
  await answer(job(3, "completed"));
  expect(live.isOver).toBe(true);
  await expect(live.finished).resolves.toMatchObject({ state: "completed" });
});

it("the same where the answer to the reading comes last", async () => {
  tell(subscribed(3));
  expect(answers).toHaveLength(1);
  await answer(job(1, "processing"));
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  await answer(job(3, "completed"));
  expect(live.isOver).toBe(true);
});

it("an answer that is older than what was told is asked for until it is as new", async () => {
  await answer(job(1, "processing"));
  tell({ seq: 12, topic: "job", id: "j", event: "failed", data: { state: "failed", revision: 3 } });
  for (let n = 0; n < 2; n++) {
    await answer(job(1, "processing"));
    await vi.waitFor(() => expect(answers).toHaveLength(1));
  }
  await answer(job(3, "failed"));
  expect(live.isOver).toBe(true);
});

it("whoever has stopped asks no more", async () => {
  tell(subscribed(3));
  await answer(job(1, "processing"));
  live.stop();
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(answers).toHaveLength(0);
});

it("what is as new as the listening is not read twice", async () => {
  await answer(job(2, "processing"));
  tell(subscribed(2));
  tell({ seq: 10, topic: "job", id: "j", event: "progress", data: { progress_percent: 50 } });
  expect(answers).toHaveLength(0);
  expect(live.job?.progress_percent).toBe(50);
});
