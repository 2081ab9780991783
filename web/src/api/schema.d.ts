// Generated from docs/reference/openapi.json by scripts/types.mjs.
export interface paths {
    "/api/v1/capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Capabilities
         * @description List all that the studio can do, with JSON Schemas and the options of a form.
         */
        get: operations["list_capabilities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/capabilities/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Capability
         * @description Return one capability.
         */
        get: operations["get_capability"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Jobs
         * @description List jobs, the latest first.
         */
        get: operations["list_jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/clean-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Clean Up Jobs
         * @description Remove jobs that ended some time ago. Files stay, and what was made of a song stays among its versions.
         */
        post: operations["clean_up_jobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{capability}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Submit Job
         * @description Begin a job. The same request as one that is done is answered at once.
         */
        post: operations["submit_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{capability}/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Submit Job With File
         * @description Upload a file and begin a job with it, in one request.
         */
        post: operations["submit_job_with_file"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Job
         * @description Return one job. With `If-None-Match` the answer is 304 while nothing has changed.
         */
        get: operations["get_job"];
        put?: never;
        post?: never;
        /**
         * Delete Job
         * @description Remove a job that has ended; what it made stays.
         */
        delete: operations["delete_job"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{job_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel Job
         * @description Stop a job; its processes end within two seconds.
         */
        post: operations["cancel_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{job_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry Job
         * @description Run a failed or cancelled job again, from its last finished step on.
         */
        post: operations["retry_job"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{job_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Job Events
         * @description Return what happened to a job, in order.
         */
        get: operations["list_job_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{job_id}/products.zip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Products
         * @description Return all products of a job in one ZIP file; 409 if it has made none and is not completed.
         */
        get: operations["get_products"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{capability}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Submit Batch
         * @description Begin a job with a step for each item. A step that fails does not stop the others.
         */
        post: operations["submit_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drafts/{capability}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make Draft
         * @description Try other parameters on material that a job has worked on, without a job: for what is changed by hand.
         *
         *     Answered in a fraction of a second, and kept nowhere: a job with the same parameters makes it last. Only for
         *     capabilities that can; `DRAFT_UNPREPARED` says that a job must come first.
         */
        post: operations["make_draft"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/results/{capability}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look Up Result
         * @description Look up whether the same work on the same material is done already, without beginning it.
         *
         *     Material counts by its content, so a copy of a file finds what was made of the other. `result` is null where a job
         *     is needed; nothing is added to the history of jobs either way.
         */
        post: operations["look_up_result"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Queue
         * @description Return how much work there is, and who does it.
         */
        get: operations["get_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analytics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Analytics
         * @description Return what became of the jobs of the last days.
         */
        get: operations["get_analytics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Settings
         * @description Return the settings that a client may know; secrets are masked.
         */
        get: operations["get_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/build": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Build
         * @description Return which program this is.
         */
        get: operations["get_build"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Assets
         * @description List the library. The figures of a sound are in the asset itself alone, not in the list.
         */
        get: operations["list_assets"];
        put?: never;
        /**
         * Upload Asset
         * @description Upload a file in one request. It is prepared for playing by a job of the studio's own.
         */
        post: operations["upload_asset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{asset_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Asset
         * @description Return what is known about an asset.
         */
        get: operations["get_asset"];
        put?: never;
        post?: never;
        /**
         * Delete Asset
         * @description Put an asset into the bin, from where it can be taken back.
         */
        delete: operations["delete_asset"];
        options?: never;
        head?: never;
        /**
         * Change Asset
         * @description Rename an asset, or tag it.
         */
        patch: operations["change_asset"];
        trace?: never;
    };
    "/api/v1/assets/{asset_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore Asset
         * @description Take an asset out of the bin.
         */
        post: operations["restore_asset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{asset_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Versions
         * @description List what was made of an asset, the latest first: its masters, alone, in a batch or on an album.
         *
         *     Versions stay when the jobs that made them are cleared from the history; one whose files all lie in the bin is
         *     not listed.
         */
        get: operations["list_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{asset_id}/versions/{version_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Version
         * @description Return one version of an asset, with its result.
         */
        get: operations["get_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{asset_id}/versions/{version_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore Version
         * @description Bring an earlier version back as the newest, with its files; those in between stay.
         *
         *     The answer is the version that it is now. Nothing happens to one that is the newest already.
         */
        post: operations["restore_version"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tags
         * @description List all tags in use.
         */
        get: operations["list_tags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{asset_id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get File
         * @description Return the file of an asset; `Range` and `If-None-Match` are understood.
         */
        get: operations["get_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{asset_id}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Make Link
         * @description Make a link that gives the file to whoever has it, for a while.
         */
        get: operations["make_link"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/{asset_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Signed File
         * @description Return a file by a signed link.
         */
        get: operations["get_signed_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create Upload
         * @description Begin an upload; the first bytes may come along.
         */
        post: operations["create_upload"];
        delete?: never;
        /**
         * Describe Uploads
         * @description Tell which version and extensions of tus are spoken.
         */
        options: operations["describe_uploads"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/{upload_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Upload
         * @description Tell how far an upload has come, as JSON.
         */
        get: operations["get_upload"];
        put?: never;
        post?: never;
        /**
         * End Upload
         * @description End an upload and forget what came.
         */
        delete: operations["end_upload"];
        /**
         * Describe Upload
         * @description Tell which version and extensions of tus are spoken; they are the same for all uploads.
         */
        options: operations["describe_upload"];
        /**
         * Head Upload
         * @description Tell how far an upload has come, in headers.
         */
        head: operations["head_upload"];
        /**
         * Append To Upload
         * @description Send the next bytes. With the last ones, `Tonmeister-Asset` names the asset that the upload has become.
         */
        patch: operations["append_to_upload"];
        trace?: never;
    };
    "/api/v1/audio/{asset_id}/manifest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Manifest
         * @description Return what a player needs to know; 409 `ASSET_PREPARING` until the asset is ready.
         */
        get: operations["get_manifest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/{asset_id}/seg/{n}.flac": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Segment
         * @description Return one segment of the listening copy as FLAC.
         */
        get: operations["get_segment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/{asset_id}/peaks/{samples_per_pixel}.dat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Peaks
         * @description Return the waveform at one resolution, in the layout of BBC audiowaveform's data format, version 2.
         */
        get: operations["get_peaks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audio/{asset_id}/spectrogram.webp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Spectrogram
         * @description Return the spectrogram: time to the right, mel bands upwards, black at -90 dB.
         */
        get: operations["get_spectrogram"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/presets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Presets
         * @description List the presets of a capability.
         */
        get: operations["list_presets"];
        put?: never;
        /**
         * Add Preset
         * @description Keep a set of parameters under a name. Material is not part of a preset.
         */
        post: operations["add_preset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/presets/{preset_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete Preset
         * @description Remove one of one's own presets.
         */
        delete: operations["delete_preset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Schedules
         * @description List all schedules.
         */
        get: operations["list_schedules"];
        put?: never;
        /**
         * Add Schedule
         * @description Plan work: again and again (`cron`), or once (`run_at`).
         */
        post: operations["add_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{schedule_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete Schedule
         * @description Remove a schedule; work that has begun goes on.
         */
        delete: operations["delete_schedule"];
        options?: never;
        head?: never;
        /**
         * Change Schedule
         * @description Change a schedule; what is not named stays as it is.
         */
        patch: operations["change_schedule"];
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Session
         * @description Tell whether this client may use the studio.
         */
        get: operations["get_session"];
        put?: never;
        /**
         * Sign In
         * @description Sign a browser in with the shared token: it gets a cookie that stands for it.
         */
        post: operations["sign_in"];
        /**
         * Sign Out
         * @description Sign a browser out.
         */
        delete: operations["sign_out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/mash_phrases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a song apart and describe its phrases, so that they can be laid over those of others.
         * @description The result is a `PhrasesResult`.
         *
         *     Begin a job. The same request as one that is done is answered at once.
         */
        post: operations["submit_mash_phrases"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/mash_plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Plan mashups of songs: three different ones, and what speaks against each.
         * @description The result is a `MashPlanResult`.
         *
         *     Begin a job. The same request as one that is done is answered at once.
         */
        post: operations["submit_mash_plan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/mash_preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hear a stretch of a plan before the whole of it is rendered; it is not mastered.
         * @description The result is a `MashPreviewResult`.
         *
         *     Begin a job. The same request as one that is done is answered at once.
         */
        post: operations["submit_mash_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/mash_render": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Render a mashup's plan: place the clips, make the sections, join them.
         * @description The result is a `MashRenderResult`.
         *
         *     Begin a job. The same request as one that is done is answered at once.
         */
        post: operations["submit_mash_render"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/mash_section": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Render one section of a mashup from its clips.
         * @description The result is a `MashSectionResult`.
         *
         *     Begin a job. The same request as one that is done is answered at once.
         */
        post: operations["submit_mash_section"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/mash_talk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a language model plan the mashup, or change a plan by words.
         * @description The result is a `MashPlanResult`.
         *
         *     Begin a job. The same request as one that is done is answered at once.
         */
        post: operations["submit_mash_talk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/mash_phrases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a song apart and describe its phrases, so that they can be laid over those of others (many at once).
         * @description The result is a `PhrasesResult`.
         *
         *     Begin a job with a step for each item. A step that fails does not stop the others.
         */
        post: operations["submit_batch_of_mash_phrases"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drafts/mash_plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Plan mashups of songs: three different ones, and what speaks against each (as a draft).
         * @description The result is a `MashPlanResult`.
         *
         *     Try other parameters on material that a job has worked on, without a job: for what is changed by hand.
         *
         *     Answered in a fraction of a second, and kept nowhere: a job with the same parameters makes it last. Only for
         *     capabilities that can; `DRAFT_UNPREPARED` says that a job must come first.
         */
        post: operations["draft_mash_plan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drafts/transcribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Turn a recording into notes, a tab or score, and files of it (as a draft).
         * @description The result is a `TranscribeResult`.
         *
         *     Try other parameters on material that a job has worked on, without a job: for what is changed by hand.
         *
         *     Answered in a fraction of a second, and kept nowhere: a job with the same parameters makes it last. Only for
         *     capabilities that can; `DRAFT_UNPREPARED` says that a job must come first.
         */
        post: operations["draft_transcribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * AnalyticsData
         * @description What became of the jobs of some days.
         */
        AnalyticsData: {
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** N Jobs */
            n_jobs: number;
            /** By State */
            by_state: {
                [key: string]: number;
            };
            /** By Kind */
            by_kind: {
                [key: string]: components["schemas"]["KindFigures"];
            };
            /** Failures By Code */
            failures_by_code: {
                [key: string]: number;
            };
            /** N Cached */
            n_cached: number;
            /**
             * Cache Hit Percent
             * @description Share of jobs that an earlier result answered.
             */
            cache_hit_percent: number | null;
            /** N Crashes */
            n_crashes: number;
            /** N Retries */
            n_retries: number;
            /** Per Day */
            per_day: components["schemas"]["DayCount"][];
        };
        /**
         * AssetChange
         * @description What to change in an asset.
         * @example {
         *       "name": "Harbour.wav",
         *       "tags": [
         *         "live",
         *         "2026"
         *       ]
         *     }
         */
        AssetChange: {
            /**
             * Name
             * @description Its new name.
             */
            name?: string | null;
            /**
             * Tags
             * @description All its tags from now on.
             */
            tags?: string[] | null;
        };
        /**
         * AssetData
         * @description One file of the library: an upload, or the product of a job.
         */
        AssetData: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "upload" | "product" | "part";
            /**
             * State
             * @enum {string}
             */
            state: "preparing" | "ready" | "failed";
            /** Sha256 */
            sha256: string;
            /** Size Bytes */
            size_bytes: number;
            /** Media Type */
            media_type: string;
            /** Is Audio */
            is_audio: boolean;
            /** Duration S */
            duration_s: number | null;
            /** Integrated Lufs */
            integrated_lufs: number | null;
            /** Title */
            title: string | null;
            /** Artist */
            artist: string | null;
            /** Tags */
            tags: string[];
            /**
             * Prepared
             * @description What was found when it was prepared: facts of the file, figures, waveform, listening copy.
             */
            prepared: unknown;
            /**
             * Error
             * @description Why it could not be prepared.
             */
            error: {
                [key: string]: unknown;
            } | null;
            /**
             * Source Id
             * @description The asset that it was made from.
             */
            source_id: string | null;
            /**
             * Job Id
             * @description The job that made it.
             */
            job_id: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Deleted At
             * @description When it was put into the bin.
             */
            deleted_at: string | null;
            /**
             * Revision
             * @description Rises with each change.
             */
            revision: number;
            /**
             * Links
             * @description Where to go from here: self, file, link, and for sound audio (its manifest).
             */
            links: {
                [key: string]: string;
            };
        };
        /**
         * AssetPage
         * @description Some assets.
         */
        AssetPage: {
            /** Items */
            items: components["schemas"]["AssetData"][];
            /**
             * Next Cursor
             * @description Give it as ``cursor`` to read on; none at the end.
             */
            next_cursor: string | null;
            /**
             * N Total
             * @description How many there are on all pages.
             */
            n_total: number;
        };
        /**
         * BatchAsk
         * @description Many pieces of work by the same capability, as one job.
         * @example {
         *       "items": [
         *         {
         *           "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"
         *         }
         *       ],
         *       "params": {
         *         "preset": "warm"
         *       }
         *     }
         */
        BatchAsk: {
            /**
             * Items
             * @description The parameters in which the pieces differ.
             */
            items: {
                [key: string]: unknown;
            }[];
            /**
             * Params
             * @description The parameters common to all.
             */
            params?: {
                [key: string]: unknown;
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read.
             */
            label?: string | null;
        };
        /**
         * Bounds
         * @description Between which values a number must lie.
         */
        Bounds: {
            /**
             * Low
             * @description The least value.
             */
            low: number | null;
            /**
             * High
             * @description The greatest value.
             */
            high: number | null;
            /**
             * Excludes Low
             * @description Whether the least value itself is out of bounds.
             */
            excludes_low: boolean;
            /**
             * Excludes High
             * @description Whether the greatest value itself is out of bounds.
             */
            excludes_high: boolean;
        };
        /**
         * BuildData
         * @description Which program this is.
         */
        BuildData: {
            /**
             * Name
             * @constant
             */
            name: "tonmeister";
            /** Version */
            version: string;
            /** Api Versions */
            api_versions: string[];
            /** Python */
            python: string;
            /**
             * Schema Revision
             * @description Revision of the database.
             */
            schema_revision: string | null;
        };
        /**
         * BuiltInPreset
         * @description A preset that comes with the studio.
         */
        BuiltInPreset: {
            /** Name */
            name: string;
            /**
             * Kind
             * @description Of what kind: preset, genre, platform, tier.
             */
            kind: string;
            /**
             * Title
             * @description Its name for people.
             */
            title: string;
            /** Summary */
            summary: string;
            /**
             * Params
             * @description The parameters that it stands for.
             */
            params: {
                [key: string]: unknown;
            };
        };
        /**
         * CapabilityData
         * @description One thing that the studio can do.
         */
        CapabilityData: {
            /**
             * Name
             * @description The verb in every door.
             */
            name: string;
            /**
             * Summary
             * @description What it does, in one line.
             */
            summary: string;
            /**
             * Description
             * @description What it does.
             */
            description: string;
            /**
             * Version
             * @description Raised whenever the same input gives another result.
             */
            version: string;
            /**
             * Batch Field
             * @description The parameter that a batch has many of.
             */
            batch_field: string | null;
            /**
             * Is Inner
             * @description Whether it is a step of others, and hardly of use by itself.
             */
            is_inner: boolean;
            /**
             * Asset Fields
             * @description The parameters that take material.
             */
            asset_fields: string[];
            /**
             * Params Schema
             * @description JSON Schema of the parameters.
             */
            params_schema: {
                [key: string]: unknown;
            };
            /**
             * Result Schema
             * @description JSON Schema of the result.
             */
            result_schema: {
                [key: string]: unknown;
            };
            /**
             * Options
             * @description The parameters one by one, in the order of a form.
             */
            options: components["schemas"]["Option"][];
        };
        /**
         * CapabilityList
         * @description All that the studio can do.
         */
        CapabilityList: {
            /** Items */
            items: components["schemas"]["CapabilityData"][];
        };
        /**
         * CleanUpAnswer
         * @description What was removed.
         */
        CleanUpAnswer: {
            /** N Removed */
            n_removed: number;
        };
        /**
         * CleanUpAsk
         * @description Which finished jobs to remove.
         */
        CleanUpAsk: {
            /**
             * Older Than Days
             * @description Finished longer ago than this.
             * @default 7
             */
            older_than_days: number;
            /**
             * States
             * @description How they ended.
             * @default [
             *       "completed",
             *       "failed",
             *       "cancelled"
             *     ]
             */
            states: ("completed" | "failed" | "cancelled")[];
        };
        /**
         * DayCount
         * @description How many jobs were made on one day.
         */
        DayCount: {
            /**
             * Day
             * @description The date in UTC.
             */
            day: string;
            /** N Jobs */
            n_jobs: number;
            /** N Completed */
            n_completed: number;
            /** N Failed */
            n_failed: number;
        };
        /**
         * DraftAsk
         * @description What a draft shall be made of.
         * @example {
         *       "params": {
         *         "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"
         *       }
         *     }
         */
        DraftAsk: {
            /**
             * Params
             * @description The parameters of the capability, as for a job.
             */
            params?: {
                [key: string]: unknown;
            };
        };
        /**
         * DraftData
         * @description What a capability answered at once.
         */
        DraftData: {
            /**
             * Capability
             * @description Who answered.
             */
            capability: string;
            /**
             * Result
             * @description Its result; files in it are named as in `files`.
             */
            result: unknown;
            /**
             * Files
             * @description The files, with their content.
             */
            files: components["schemas"]["DraftFileData"][];
            /**
             * Run S
             * @description How long it took.
             */
            run_s: number;
        };
        /**
         * DraftFileData
         * @description A text that a job would have made an asset.
         */
        DraftFileData: {
            /**
             * Ref
             * @description What the result names it by.
             */
            ref: string;
            /**
             * Name
             * @description Its name.
             */
            name: string;
            /**
             * Media Type
             * @description What it is.
             */
            media_type: string;
            /**
             * Text
             * @description Its content.
             */
            text: string;
        };
        /**
         * EventData
         * @description One thing that happened to a job.
         */
        EventData: {
            /**
             * Seq
             * @description Its number; give the last one as ``after`` to read on.
             */
            seq: number;
            /** Job Id */
            job_id: string;
            /** Type */
            type: string;
            /** Data */
            data: {
                [key: string]: unknown;
            };
            /**
             * At
             * Format: date-time
             */
            at: string;
        };
        /**
         * EventList
         * @description What happened, in order.
         */
        EventList: {
            /** Items */
            items: components["schemas"]["EventData"][];
        };
        /**
         * FoundData
         * @description What earlier work has left, if it is done.
         */
        FoundData: {
            /**
             * Capability
             * @description Whose work it is.
             */
            capability: string;
            /**
             * Result
             * @description The result that a job would have; null if none is kept.
             */
            result: unknown | null;
        };
        /**
         * JobAsk
         * @description What a job shall do.
         * @example {
         *       "label": "Harbour",
         *       "params": {
         *         "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"
         *       }
         *     }
         */
        JobAsk: {
            /**
             * Params
             * @description The parameters of the capability; material is named by the ids of assets.
             */
            params?: {
                [key: string]: unknown;
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * JobData
         * @description One piece of work.
         */
        JobData: {
            /** Id */
            id: string;
            /** Capability */
            capability: string;
            /**
             * Form
             * @description One piece of work, a step for each item, or a graph of steps.
             * @enum {string}
             */
            form: "single" | "batch" | "steps";
            /**
             * Label
             * @description What people read: the name of the song.
             */
            label: string;
            /**
             * State
             * @enum {string}
             */
            state: "queued" | "processing" | "completed" | "failed" | "cancelled";
            /** Progress Percent */
            progress_percent: number;
            /**
             * Message
             * @description The stage that it is in.
             */
            message: string;
            /** Params */
            params: {
                [key: string]: unknown;
            };
            /**
             * Result
             * @description The capability's result, once completed; in lists only when asked for.
             */
            result: unknown;
            /**
             * Partials
             * @description Intermediate results by name while it is being done, such as analyses and plans of a mashup; not in lists.
             */
            partials: {
                [key: string]: unknown;
            };
            /**
             * Error
             * @description Why it failed: code, message, field, value, bound, remedy.
             */
            error: {
                [key: string]: unknown;
            } | null;
            /**
             * Is Cached
             * @description Whether an earlier result answered.
             */
            is_cached: boolean;
            /**
             * Is System
             * @description Whether it is the studio's own work.
             */
            is_system: boolean;
            /** Priority */
            priority: number;
            /** Parent Id */
            parent_id: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Run At
             * Format: date-time
             * @description Not begun before.
             */
            run_at: string;
            /** Started At */
            started_at: string | null;
            /** Finished At */
            finished_at: string | null;
            /**
             * Wait S
             * @description How long it waited for its turn.
             */
            wait_s: number | null;
            /**
             * Run S
             * @description How long it ran.
             */
            run_s: number | null;
            /**
             * Revision
             * @description Rises with each change.
             */
            revision: number;
            /** Steps */
            steps: components["schemas"]["StepData"][];
            /** Products */
            products: components["schemas"]["ProductData"][];
            links: components["schemas"]["JobLinks"];
        };
        /**
         * JobLinks
         * @description Where to go from a job.
         */
        JobLinks: {
            /**
             * Self
             * @description The job itself.
             */
            self: string;
            /**
             * Events
             * @description What happened to it.
             */
            events: string;
            /**
             * Cancel
             * @description POST here to stop it.
             */
            cancel: string;
            /**
             * Retry
             * @description POST here to run it again.
             */
            retry: string;
            /**
             * Products
             * @description All its products in one ZIP file.
             */
            products: string;
        };
        /**
         * JobPage
         * @description Some jobs, the latest first.
         */
        JobPage: {
            /** Items */
            items: components["schemas"]["JobData"][];
            /**
             * Next Cursor
             * @description Give it as ``cursor`` to read on; none at the end.
             */
            next_cursor: string | null;
            /**
             * N Total
             * @description How many there are on all pages.
             */
            n_total: number;
        };
        /**
         * KindFigures
         * @description Figures of the jobs of one capability.
         */
        KindFigures: {
            /** N Jobs */
            n_jobs: number;
            /** By State */
            by_state: {
                [key: string]: number;
            };
            /**
             * N Cached
             * @description How many were answered by an earlier result.
             */
            n_cached: number;
            /** Wait P50 S */
            wait_p50_s: number | null;
            /** Wait P95 S */
            wait_p95_s: number | null;
            /** Run P50 S */
            run_p50_s: number | null;
            /** Run P95 S */
            run_p95_s: number | null;
            /**
             * Cpu S
             * @description Processor time of all together.
             */
            cpu_s: number;
            /**
             * Peak Memory Bytes
             * @description The most memory that one needed.
             */
            peak_memory_bytes: number | null;
        };
        /**
         * Limits
         * @description What the server takes.
         */
        Limits: {
            /** Max Upload Mb */
            max_upload_mb: number;
            /** Max Duration S */
            max_duration_s: number;
            /**
             * Rate Limit Per Minute
             * @description Requests a minute from one address; none: not limited.
             */
            rate_limit_per_minute: number | null;
            /** N Job Slots */
            n_job_slots: number;
        };
        /**
         * LinkData
         * @description An address that gives the file to whoever knows it, for a while.
         */
        LinkData: {
            /** Url */
            url: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
        };
        /**
         * Live
         * @description The server answers.
         */
        Live: {
            /**
             * Status
             * @default healthy
             * @constant
             */
            status: "healthy";
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
        };
        /**
         * LoudnessCurves
         * @description Loudness over time.
         */
        LoudnessCurves: {
            /**
             * Start S
             * @description When the window of the first value ends.
             */
            start_s: number;
            /**
             * Hop S
             * @description Time from value to value.
             */
            hop_s: number;
            /**
             * Momentary Lufs
             * @description Windows of 0.4 s; empty where they were not kept.
             */
            momentary_lufs: (number | null)[];
            /**
             * Short Term Lufs
             * @description Windows of 3 s.
             */
            short_term_lufs: (number | null)[];
        };
        /**
         * Manifest
         * @description All that a player needs to play a sound: segments of the listening copy, waveform, loudness.
         */
        Manifest: {
            /** Asset Id */
            asset_id: string;
            /** Name */
            name: string;
            /** Sample Rate */
            sample_rate: number;
            /** N Channels */
            n_channels: number;
            /** N Samples */
            n_samples: number;
            /** Duration S */
            duration_s: number;
            /**
             * Gain Db
             * @description What a player adds to hear the original's level: above 0 where peaks over full scale needed room.
             */
            gain_db: number;
            /** Segment Samples */
            segment_samples: number;
            /** N Segments */
            n_segments: number;
            /**
             * Segment Url
             * @description Replace ``{n}`` with the number of the segment, from 0.
             */
            segment_url: string;
            /**
             * Peaks
             * @description The waveform, the finest resolution first.
             */
            peaks: components["schemas"]["PeaksLink"][];
            /** Spectrogram Url */
            spectrogram_url: string | null;
            /** Integrated Lufs */
            integrated_lufs: number | null;
            /** True Peak Dbtp */
            true_peak_dbtp: number | null;
            loudness: components["schemas"]["LoudnessCurves"] | null;
        };
        /**
         * Option
         * @description One parameter, ready to be shown in a form.
         */
        Option: {
            /**
             * Name
             * @description The dotted name: ``limiter.release_ms``.
             */
            name: string;
            /**
             * Path
             * @description The field's name, after the names of the models it is nested in.
             */
            path: string[];
            /**
             * Kind
             * @description What kind of value it takes.
             * @enum {string}
             */
            kind: "asset" | "flag" | "choice" | "whole" | "number" | "text" | "json";
            /**
             * Is Many
             * @description Whether it takes a list.
             */
            is_many: boolean;
            /**
             * Is Required
             * @description Whether it must be given.
             */
            is_required: boolean;
            /**
             * Default
             * @description Its value when left out.
             */
            default: unknown;
            /**
             * Choices
             * @description The values to choose from; empty where it takes anything of its kind.
             */
            choices: (string | number)[];
            /**
             * Unit
             * @description What the number is measured in.
             */
            unit: string | null;
            /** @description Between which values the number must lie. */
            bounds: components["schemas"]["Bounds"] | null;
            /**
             * Text
             * @description What it means.
             */
            text: string;
        };
        /**
         * OwnPreset
         * @description A named set of parameters of the user's own.
         */
        OwnPreset: {
            /** Id */
            id: string;
            /** Capability */
            capability: string;
            /** Name */
            name: string;
            /** Params */
            params: {
                [key: string]: unknown;
            };
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * PeaksLink
         * @description One resolution of the waveform.
         */
        PeaksLink: {
            /** Samples Per Pixel */
            samples_per_pixel: number;
            /** Url */
            url: string;
        };
        /**
         * PresetAsk
         * @description A set of parameters to keep under a name.
         * @example {
         *       "capability": "master",
         *       "name": "My vinyl",
         *       "params": {
         *         "preset": "warm"
         *       }
         *     }
         */
        PresetAsk: {
            /** Capability */
            capability: string;
            /** Name */
            name: string;
            /** Params */
            params: {
                [key: string]: unknown;
            };
        };
        /**
         * PresetList
         * @description The presets of a capability.
         */
        PresetList: {
            /** Built In */
            built_in: components["schemas"]["BuiltInPreset"][];
            /** Own */
            own: components["schemas"]["OwnPreset"][];
        };
        /**
         * ProcessAnswer
         * @description The job that was begun.
         */
        ProcessAnswer: {
            /** Job Id */
            job_id: string;
            /** Status */
            status: string;
            /** Message */
            message: string;
        };
        /**
         * ProcessAsk
         * @description What to process, and how.
         * @example {
         *       "asset_id": "…",
         *       "settings": {
         *         "preset": "warm"
         *       }
         *     }
         */
        ProcessAsk: {
            /**
             * Asset Id
             * @description The uploaded material.
             */
            asset_id: string;
            /**
             * Reference Id
             * @description Material to sound like.
             */
            reference_id?: string | null;
            /**
             * Settings
             * @description mode, preset, output_format, bit_depth, sample_rate, and any other parameter of mastering.
             */
            settings?: {
                [key: string]: unknown;
            };
        };
        /**
         * ProcessingCleanUp
         * @description What was removed.
         */
        ProcessingCleanUp: {
            /** Message */
            message: string;
            /** Removed */
            removed: number;
        };
        /**
         * ProcessingJob
         * @description A job as that design shows it.
         */
        ProcessingJob: {
            /** Job Id */
            job_id: string;
            /** Status */
            status: string;
            /** Progress */
            progress: number;
            /** Message */
            message: string;
            /** Capability */
            capability: string;
            /** Label */
            label: string;
            /** Error Message */
            error_message: string | null;
            /** Result */
            result: unknown;
            /** Download Url */
            download_url: string | null;
            /** Created At */
            created_at: string | null;
            /** Started At */
            started_at: string | null;
            /** Completed At */
            completed_at: string | null;
        };
        /**
         * ProcessingJobs
         * @description Jobs as that design lists them.
         */
        ProcessingJobs: {
            /** Jobs */
            jobs: components["schemas"]["ProcessingJob"][];
            /** Total */
            total: number;
        };
        /**
         * ProcessingPreset
         * @description One preset.
         */
        ProcessingPreset: {
            /** Name */
            name: string;
            /** Description */
            description: string;
            /** Settings */
            settings: {
                [key: string]: unknown;
            };
        };
        /**
         * ProcessingPresets
         * @description The presets by name.
         */
        ProcessingPresets: {
            /** Presets */
            presets: {
                [key: string]: components["schemas"]["ProcessingPreset"];
            };
        };
        /**
         * ProcessingQueue
         * @description Numbers of jobs.
         */
        ProcessingQueue: {
            /** Total Jobs */
            total_jobs: number;
            /** Queued */
            queued: number;
            /** Processing */
            processing: number;
            /** Completed */
            completed: number;
            /** Failed */
            failed: number;
            /** Max Concurrent */
            max_concurrent: number;
        };
        /**
         * ProductData
         * @description One file that a job made.
         */
        ProductData: {
            /** Asset Id */
            asset_id: string;
            /** Name */
            name: string;
            /** Media Type */
            media_type: string;
            /** Size Bytes */
            size_bytes: number;
            /** Is Audio */
            is_audio: boolean;
        };
        /**
         * QueueData
         * @description How much work there is.
         */
        QueueData: {
            /** N Queued */
            n_queued: number;
            /** N Processing */
            n_processing: number;
            /**
             * N Waiting
             * @description Steps that wait for others, for a moment in the future or for another attempt.
             */
            n_waiting: number;
            /**
             * Oldest Wait S
             * @description How long the job has waited that waits longest.
             */
            oldest_wait_s: number;
            /**
             * By Kind
             * @description Numbers by capability and state.
             */
            by_kind: {
                [key: string]: {
                    [key: string]: number;
                };
            };
            /** Supervisors */
            supervisors: components["schemas"]["SupervisorData"][];
        };
        /**
         * Ready
         * @description The server can work.
         */
        Ready: {
            /**
             * Status
             * @default ready
             * @constant
             */
            status: "ready";
            /**
             * Checks
             * @description What was looked at: database, migrations, storage, supervisor.
             */
            checks: {
                [key: string]: "ok";
            };
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
        };
        /**
         * RestoreAsk
         * @description How a version shall be brought back.
         * @example {
         *       "base_version": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"
         *     }
         */
        RestoreAsk: {
            /**
             * Base Version
             * @description What the client takes for the newest version: refused (`REVISION_OUTDATED`) if there is a newer one by now.
             */
            base_version?: string | null;
        };
        /**
         * ScheduleAsk
         * @description When to begin which work.
         * @example {
         *       "capability": "measure",
         *       "cron": "0 3 * * *",
         *       "name": "nightly figures",
         *       "params": {
         *         "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"
         *       }
         *     }
         */
        ScheduleAsk: {
            /** Name */
            name: string;
            /** Capability */
            capability: string;
            /** Params */
            params?: {
                [key: string]: unknown;
            };
            /**
             * Cron
             * @description Five fields, in UTC.
             */
            cron?: string | null;
            /**
             * Run At
             * @description For work that is done once, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Is Enabled
             * @default true
             */
            is_enabled: boolean;
        };
        /**
         * ScheduleChange
         * @description What to change in a schedule.
         * @example {
         *       "is_enabled": false
         *     }
         */
        ScheduleChange: {
            /** Name */
            name?: string | null;
            /** Params */
            params?: {
                [key: string]: unknown;
            } | null;
            /**
             * Cron
             * @description Five fields, in UTC.
             */
            cron?: string | null;
            /**
             * Run At
             * @description For work that is done once, at most ten years ahead.
             */
            run_at?: string | null;
            /** Priority */
            priority?: number | null;
            /** Is Enabled */
            is_enabled?: boolean | null;
        };
        /**
         * ScheduleData
         * @description Work that is begun at certain times.
         */
        ScheduleData: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /**
             * Cron
             * @description Five fields, in UTC; none: it runs once.
             */
            cron: string | null;
            /** Capability */
            capability: string;
            /** Params */
            params: {
                [key: string]: unknown;
            };
            /** Priority */
            priority: number;
            /** Is Enabled */
            is_enabled: boolean;
            /** Next At */
            next_at: string | null;
            /** Last At */
            last_at: string | null;
            /** Last Job Id */
            last_job_id: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * ScheduleList
         * @description All schedules.
         */
        ScheduleList: {
            /** Items */
            items: components["schemas"]["ScheduleData"][];
        };
        /**
         * Session
         * @description Whether this client may use the studio.
         */
        Session: {
            /**
             * Is Token Needed
             * @description The studio is guarded by a shared token.
             */
            is_token_needed: boolean;
            /**
             * Is Signed In
             * @description The client has shown the token, or none is needed.
             */
            is_signed_in: boolean;
        };
        /**
         * SettingsData
         * @description The settings that a client may know.
         */
        SettingsData: {
            limits: components["schemas"]["Limits"];
            /** Executor */
            executor: string;
            /**
             * Storage
             * @enum {string}
             */
            storage: "disk" | "s3";
            /**
             * Database
             * @enum {string}
             */
            database: "sqlite" | "postgresql";
            /** Is Open To Network */
            is_open_to_network: boolean;
            /**
             * Keep Bin Days
             * @description How long what was deleted can be taken back.
             */
            keep_bin_days: number | null;
            /**
             * Options
             * @description All settings by name; secrets are masked.
             */
            options: {
                [key: string]: unknown;
            };
        };
        /**
         * SignIn
         * @description What a browser sends to sign in.
         * @example {
         *       "token": "the shared token of the studio"
         *     }
         */
        SignIn: {
            /**
             * Token
             * @description The shared token.
             */
            token: string;
        };
        /**
         * StartAnswer
         * @description The work that was begun.
         */
        StartAnswer: {
            /** Success */
            success: boolean;
            /** Audio Id */
            audio_id: string;
            /** Session Id */
            session_id: string;
            /** Status */
            status: string;
        };
        /**
         * StartAsk
         * @description How to master what was uploaded.
         * @example {
         *       "config": {},
         *       "genre": "pop",
         *       "tier": "standard"
         *     }
         */
        StartAsk: {
            /**
             * Genre
             * @description Genre whose tonal balance and dynamics are aimed at.
             */
            genre?: string | null;
            /**
             * Tier
             * @description Quality tier: draft, standard or fine.
             */
            tier?: string | null;
            /**
             * Config
             * @description Any other parameters of mastering.
             */
            config?: {
                [key: string]: unknown;
            };
        };
        /**
         * StatusAnswer
         * @description How far the mastering of an upload has come.
         */
        StatusAnswer: {
            /** Success */
            success: boolean;
            /** Audio Id */
            audio_id: string;
            /** Session Id */
            session_id: string | null;
            /**
             * Status
             * @description uploaded, processing, completed, failed or cancelled.
             */
            status: string;
            /** Progress */
            progress: number;
            /** Message */
            message: string;
            /** Download Url */
            download_url: string | null;
            /** Error */
            error: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * StepData
         * @description One step of a job.
         */
        StepData: {
            /** Name */
            name: string;
            /** Capability */
            capability: string;
            /**
             * State
             * @enum {string}
             */
            state: "waiting" | "queued" | "processing" | "completed" | "failed" | "cancelled" | "skipped";
            /** Progress Percent */
            progress_percent: number;
            /**
             * Message
             * @description The stage that it is in.
             */
            message: string;
            /** Error */
            error: {
                [key: string]: unknown;
            } | null;
            /**
             * Result
             * @description Of a step in a batch or graph.
             */
            result: unknown;
            /**
             * N Attempts
             * @description How many times it was begun.
             */
            n_attempts: number;
        };
        /**
         * SupervisorData
         * @description One supervisor of job processes that is alive.
         */
        SupervisorData: {
            /** Id */
            id: string;
            /** Host */
            host: string;
            /** Version */
            version: string;
            /** Executor */
            executor: string;
            /** N Slots */
            n_slots: number;
            /** N Busy */
            n_busy: number;
            /**
             * Beat At
             * Format: date-time
             */
            beat_at: string;
        };
        /**
         * TagData
         * @description One tag.
         */
        TagData: {
            /** Tag */
            tag: string;
            /**
             * N Assets
             * @description How many assets carry it.
             */
            n_assets: number;
        };
        /**
         * TagList
         * @description All tags in use.
         */
        TagList: {
            /** Items */
            items: components["schemas"]["TagData"][];
        };
        /**
         * UploadAnswer
         * @description What was uploaded.
         */
        UploadAnswer: {
            /** Success */
            success: boolean;
            /** Audio Id */
            audio_id: string;
            /** Name */
            name: string;
            /** Size Bytes */
            size_bytes: number;
            /** Status */
            status: string;
        };
        /**
         * UploadData
         * @description How far a resumable upload has come.
         */
        UploadData: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /**
             * Offset
             * @description How many bytes have arrived.
             */
            offset: number;
            /**
             * Length
             * @description How many there will be, if known yet.
             */
            length: number | null;
            /**
             * State
             * @enum {string}
             */
            state: "open" | "finished" | "terminated";
            /**
             * Asset Id
             * @description The asset that it became.
             */
            asset_id: string | null;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
        };
        /**
         * VersionData
         * @description What was once made of a song: it stays when the job is cleared from the history.
         */
        VersionData: {
            /** Id */
            id: string;
            /**
             * Asset Id
             * @description The song.
             */
            asset_id: string;
            /** Capability */
            capability: string;
            /**
             * Params
             * @description What was asked for.
             */
            params: {
                [key: string]: unknown;
            };
            /**
             * Result
             * @description The capability's result, of an album the part about this song; in lists only when asked for.
             */
            result: unknown;
            /**
             * Products
             * @description Its files, without those in the bin.
             */
            products: components["schemas"]["ProductData"][];
            /**
             * Job Id
             * @description The job that made it; none once that is cleared from the history.
             */
            job_id: string | null;
            /**
             * Restored From
             * @description The earlier version that it brings back, if it does.
             */
            restored_from: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            links: components["schemas"]["VersionLinks"];
        };
        /**
         * VersionLinks
         * @description Where to go from a version.
         */
        VersionLinks: {
            /**
             * Self
             * @description The version itself, with its result.
             */
            self: string;
            /**
             * Asset
             * @description The song that it was made of.
             */
            asset: string;
            /**
             * Job
             * @description The job that made it; none once that is cleared from the history.
             */
            job: string | null;
        };
        /**
         * VersionPage
         * @description Some versions of a song, the latest first.
         */
        VersionPage: {
            /** Items */
            items: components["schemas"]["VersionData"][];
            /**
             * Next Cursor
             * @description Give it as ``cursor`` to read on; none at the end.
             */
            next_cursor: string | null;
            /**
             * N Total
             * @description How many there are on all pages.
             */
            n_total: number;
        };
        /**
         * Fault
         * @description One error.
         */
        Fault: {
            /**
             * Code
             * @description Stable name of the kind of error; the page on errors lists all.
             */
            code: string;
            /**
             * Message
             * @description What is wrong, in a sentence.
             */
            message: string;
            /**
             * Details
             * @description What is known beside: field, value, bound, remedy.
             */
            details: {
                [key: string]: unknown;
            };
        };
        /**
         * ErrorEnvelope
         * @description What every error looks like.
         */
        ErrorEnvelope: {
            /**
             * Success
             * @constant
             */
            success: false;
            error: components["schemas"]["Fault"];
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
        };
        /**
         * AlbumParams
         * @description Master several songs as one record.
         *
         *     The songs share one tonal target and one loudness anchor, so that quiet songs stay quieter than loud ones; a CUE
         *     sheet lists them.
         */
        AlbumParams: {
            /**
             * Mixes
             * @description The songs, in the order of the record.
             */
            mixes: string[];
            /**
             * Mode
             * @description Where the targets come from: the song itself, a reference, or a blend; by default reference if one is given.
             * @default null
             */
            mode: ("adaptive" | "reference" | "hybrid") | null;
            /**
             * Reference
             * @description A finished song whose spectrum, loudness, width and dynamics the master follows.
             * @default null
             */
            reference: string | null;
            /**
             * Preset
             * @description Character of the master (see `tonmeister presets`).
             * @default adaptive
             */
            preset: string;
            /**
             * Genre
             * @description Genre whose tonal balance, loudness and dynamics are the target; by default the song decides.
             * @default null
             */
            genre: string | null;
            /**
             * Platform
             * @description Delivery platform whose loudness and ceiling are the target.
             * @default null
             */
            platform: string | null;
            /**
             * Target Lufs
             * @description Integrated loudness of the master; overrides platform, genre and reference.
             * @default null
             */
            target_lufs: number | null;
            /**
             * Ceiling Dbtp
             * @description True peak that is never exceeded; overrides the platform.
             * @default null
             */
            ceiling_dbtp: number | null;
            /**
             * Amount Percent
             * @description How far tone, dynamics and width move towards their targets; 0 changes loudness alone.
             * @default null
             */
            amount_percent: number | null;
            /**
             * Max Gain Reduction Db
             * @description The most limiting: 95 % of the loud passages (400 ms means) stay below it; a target that needs more is missed.
             * @default null
             */
            max_gain_reduction_db: number | null;
            /**
             * Tier
             * @description Quality tier: draft, standard or fine trade time for filter length and oversampling.
             * @default standard
             * @enum {string}
             */
            tier: "draft" | "standard" | "fine";
            /**
             * Format
             * @description File formats to write.
             * @default [
             *       "wav"
             *     ]
             */
            format: ("wav" | "flac" | "mp3" | "ogg" | "opus" | "m4a")[];
            /**
             * Bit Depth
             * @description Bits per sample of lossless formats (32 is float); by default 24.
             * @default null
             */
            bit_depth: (16 | 24 | 32) | null;
            /**
             * Sample Rate
             * @description Sample rate of the master in Hz; by default the song's own.
             * @default null
             */
            sample_rate: (44100 | 48000 | 88200 | 96000 | 176400 | 192000) | null;
            /**
             * Bitrate Kbps
             * @description Bit rate of lossy formats; by default the best that each takes well.
             * @default null
             */
            bitrate_kbps: number | null;
            /**
             * Check Codec
             * @description Encode the master as a trial, decode it, and lower the ceiling until that does not clip.
             * @default []
             */
            check_codec: ("aac-128" | "aac-256" | "mp3-128" | "mp3-320" | "vorbis-96" | "vorbis-320" | "opus-96" | "opus-160")[];
            /**
             * Fold Down
             * @description Fold more than two channels down to stereo instead of refusing them.
             * @default false
             */
            fold_down: boolean;
            /**
             * Report
             * @description Write a report (HTML with pictures, and JSON) beside the master.
             * @default true
             */
            report: boolean;
            /**
             * @default {
             *       "enabled": true,
             *       "phase": null,
             *       "max_gain_db": null,
             *       "tilt_db": null,
             *       "rumble_hz": null
             *     }
             */
            eq: components["schemas"]["EqParams"];
            /**
             * @default {
             *       "enabled": true,
             *       "deess_range_db": null,
             *       "deess_hz": null,
             *       "resonance_range_db": null
             *     }
             */
            dynamic_eq: components["schemas"]["DynamicEqParams"];
            /**
             * @default {
             *       "enabled": true,
             *       "n_bands": null,
             *       "crossovers_hz": null,
             *       "ratio": null,
             *       "threshold_db": null,
             *       "range_db": null,
             *       "attack_ms": null,
             *       "release_ms": null
             *     }
             */
            compressor: components["schemas"]["CompressorParams"];
            /**
             * @description Glue compressor.
             * @default {
             *       "enabled": true,
             *       "ratio": null,
             *       "threshold_db": null,
             *       "range_db": null,
             *       "attack_ms": null,
             *       "release_ms": null
             *     }
             */
            glue: components["schemas"]["GlueParams"];
            /**
             * @default {
             *       "enabled": true,
             *       "width_percent": null,
             *       "mono_below_hz": null,
             *       "min_correlation": 0.1
             *     }
             */
            width: components["schemas"]["WidthParams"];
            /**
             * @description Saturation.
             * @default {
             *       "drive_db": null
             *     }
             */
            saturation: components["schemas"]["SaturationParams"];
            /**
             * @default {
             *       "lookahead_ms": null,
             *       "hold_ms": null,
             *       "release_ms": null,
             *       "sustain_ms": null
             *     }
             */
            limiter: components["schemas"]["LimiterParams"];
            /**
             * @default {
             *       "kind": null
             *     }
             */
            dither: components["schemas"]["DitherParams"];
            /**
             * Title
             * @description Title of the album.
             * @default null
             */
            title: string | null;
            /**
             * Artist
             * @description Artist of the album.
             * @default null
             */
            artist: string | null;
            /**
             * Gap S
             * @description Silence between two songs in the CUE sheet.
             * @default 2
             */
            gap_s: number;
            /**
             * Spread Percent
             * @description How much of the loudness differences between the songs is kept; 0 makes all equally loud.
             * @default 100
             */
            spread_percent: number;
            /**
             * Isrcs
             * @description ISRC of each song, in order.
             * @default []
             */
            isrcs: string[];
            /**
             * Barcode
             * @description UPC or EAN of the record (CATALOG in the CUE sheet).
             * @default null
             */
            barcode: string | null;
            /**
             * Join
             * @description Also write the whole record as one file with its CUE sheet.
             * @default false
             */
            join: boolean;
        };
        /**
         * AlbumResult
         * @description A record: its songs and its CUE sheet.
         */
        AlbumResult: {
            /**
             * Title
             * @description Title of the album.
             */
            title: string | null;
            /**
             * Songs
             * @description The masters in order.
             */
            songs: components["schemas"]["MasterResult"][];
            /**
             * Cue Sheet
             * @description Reference of the CUE sheet.
             */
            cue_sheet: string;
            /**
             * Joined
             * @description Reference of the whole record as one file.
             */
            joined: string | null;
            /**
             * Anchor Lufs
             * @description Loudness of the loudest song, to which the record is anchored.
             */
            anchor_lufs: number;
            /**
             * Integrated Lufs
             * @description Loudness of the record as a whole.
             */
            integrated_lufs: number;
            /**
             * Warnings
             * @description What the user should know of the record; each song has its own.
             * @default []
             */
            warnings: string[];
        };
        /**
         * AnalyzeParams
         * @description Find tempo, beats, metre, key, chords, sections, energy and loudness of a song.
         *
         *     Everything that is heard comes with a confidence, and what is not there is told as such: a speech has no beat, a
         *     drum solo no key. Tempo, first beat and metre can be corrected; the rest follows.
         */
        AnalyzeParams: {
            /**
             * File
             * Format: asset
             * @description The sound file.
             */
            file: string;
            /**
             * Tempo Bpm
             * @description Tempo, where you know better: half or twice of what is found counts the same beats so; else beats are looked for
             *     within 4 % of it, or counted evenly at it, and what was found without it is told.
             * @default null
             */
            tempo_bpm: number | null;
            /**
             * First Beat S
             * @description Where the first beat of a bar lies, where you know better.
             * @default null
             */
            first_beat_s: number | null;
            /**
             * Metre
             * @description Time signature, where you know better.
             * @default null
             */
            metre: ("2/4" | "3/4" | "4/4" | "6/8") | null;
            /**
             * Tempo Factor
             * @description Count the beats half or twice as fast as they were found, or as tempo_bpm tells; at most 400 BPM.
             * @default same
             * @enum {string}
             */
            tempo_factor: "half" | "same" | "double";
            /**
             * Beat Model
             * @description A network of your own that hears the beats, such as Beat This!, as an ONNX file. Nothing is downloaded.
             * @default null
             */
            beat_model: string | null;
            /**
             * Beat Model Sha256
             * @description The sha256 that this file must have, as its publisher states it.
             * @default null
             */
            beat_model_sha256: string | null;
            /**
             * Accept Weights Licence
             * @description Say that you have read the licence of the network; without it the work ends by showing what is known of it.
             * @default false
             */
            accept_weights_licence: boolean;
        };
        /**
         * AnalyzeResult
         * @description What song it is.
         */
        AnalyzeResult: {
            /**
             * Name
             * @description Name of the file.
             */
            name: string;
            /**
             * Duration S
             * @description Length.
             */
            duration_s: number;
            /** @description How fast; absent where no beat was found. */
            tempo: components["schemas"]["Tempo"] | null;
            /**
             * Tempo Map
             * @description Tempo over time: one point in a steady song, else one a bar.
             */
            tempo_map: components["schemas"]["TempoPoint"][];
            /**
             * Beats S
             * @description All beats.
             */
            beats_s: number[];
            /**
             * Beat Engine
             * @description What found the beats: "own", "network" and its name, "told" where they were counted evenly as it was told, and
             *     "none" where no beat was found.
             */
            beat_engine: string;
            /**
             * Beat Model Sha256
             * @description Hash of the network's weights; none where no network was given.
             */
            beat_model_sha256: string | null;
            /**
             * Downbeats
             * @description Which of the beats begin a bar, as indices from 0.
             */
            downbeats: number[];
            /** @description How beats make bars; absent where no beat was found. */
            metre: components["schemas"]["Metre"] | null;
            /**
             * @description Where beats and bars lie, and where else they may lie; absent where no beat was found, or beats were counted
             *     evenly at the tempo that was told.
             */
            placing: components["schemas"]["Placing"] | null;
            /**
             * Tuning Cents
             * @description How far the tuning lies from A = 440 Hz; absent where there is no pitch to judge by.
             */
            tuning_cents: number | null;
            /**
             * Tuning Confidence
             * @description 0 to 1.
             */
            tuning_confidence: number;
            /** @description The key of the whole; absent where there is none, as in a drum solo. */
            key: components["schemas"]["KeyFigures"] | null;
            /**
             * Key Path
             * @description The key over time.
             */
            key_path: components["schemas"]["KeySpan"][];
            /**
             * Chords
             * @description Chords, changing on beats.
             */
            chords: components["schemas"]["ChordFigures"][];
            /**
             * Chord Engine
             * @description What heard the chords: "network" or "template", the plainer way, with " and notes" where the note network was
             *     heard as well; "none" where there is no key.
             */
            chord_engine: string;
            /**
             * Sections
             * @description The form, without gaps.
             */
            sections: components["schemas"]["SectionFigures"][];
            /**
             * Phrases
             * @description Phrases, without gaps.
             */
            phrases: components["schemas"]["PhraseFigures"][];
            /** @description Loudness over time. */
            loudness: components["schemas"]["LoudnessCurve"];
            /** @description Outline of the waveform. */
            peaks: components["schemas"]["WaveformPeaks"];
            /**
             * Style Vector
             * @description What to compare songs by: 32 numbers in a fixed order, each about 0 with a spread of about 1; see the README.
             */
            style_vector: number[];
            /**
             * Doubts
             * @description What may be otherwise.
             * @default []
             */
            doubts: components["schemas"]["Doubt"][];
            /**
             * Warnings
             * @description What is doubtful or missing, and why: the doubts too.
             */
            warnings: string[];
        };
        /**
         * AutomationPoint
         * @description A point of a gain curve; between two points the gain in decibels changes evenly.
         */
        AutomationPoint: {
            /**
             * Time S
             * @description From the beginning of the section.
             */
            time_s: number;
            /**
             * Gain Db
             * @description Gain, on top of the layer's volume.
             */
            gain_db: number;
        };
        /**
         * AvoidedNote
         * @description A note of a scale that rubs with a chord.
         */
        AvoidedNote: {
            /**
             * Chord
             * @description The chord.
             */
            chord: string;
            /**
             * Note
             * @description The scale's note, not to be held while the chord sounds.
             */
            note: string;
            /**
             * Instead
             * @description The chord's own note a semitone away; empty where the note resolves to the tone below.
             */
            instead: string;
        };
        /**
         * Band
         * @description One point of a curve over frequency.
         */
        Band: {
            /**
             * Frequency Hz
             * @description Centre of the third-octave band.
             */
            frequency_hz: number;
            /**
             * Gain Db
             * @description Level or gain there.
             */
            gain_db: number;
        };
        /**
         * BandImage
         * @description Stereo image of one band.
         */
        BandImage: {
            /**
             * Name
             * @description Name of the band.
             */
            name: string;
            /**
             * Low Hz
             * @description Lower edge.
             */
            low_hz: number;
            /**
             * High Hz
             * @description Upper edge.
             */
            high_hz: number;
            /**
             * Correlation
             * @description 1 for equal channels, 0 for unrelated ones, -1 for opposite ones; absent where a channel is silent there.
             */
            correlation: number | null;
            /**
             * Width Percent
             * @description Share of the side signal in the band's energy: 0 is mono, 100 opposite channels; absent in silence.
             */
            width_percent: number | null;
        };
        /**
         * BandLevel
         * @description Level of one third of an octave.
         */
        BandLevel: {
            /**
             * Centre Hz
             * @description Nominal centre frequency (IEC 61260-1).
             */
            centre_hz: number;
            /**
             * Level Dbfs
             * @description RMS level, mean of the channels; a full-scale sine has -3.01 dBFS. Absent in silence.
             */
            level_dbfs: number | null;
        };
        /**
         * CadenceFigures
         * @description Two chords that end a phrase.
         */
        CadenceFigures: {
            /**
             * Time S
             * @description When the second chord begins.
             */
            time_s: number;
            /**
             * Kind
             * @description Authentic (V-I), plagal (IV-I), deceptive (V-vi) or half (to V).
             */
            kind: string;
            /**
             * Figures
             * @description Both numerals.
             */
            figures: [
                string,
                string
            ];
            /**
             * Is Perfect
             * @description Whether both chords of an authentic cadence are in root position.
             */
            is_perfect: boolean;
            /**
             * Confidence
             * @description 0 to 1.
             */
            confidence: number;
        };
        /**
         * ChordFigures
         * @description A chord for a while.
         */
        ChordFigures: {
            /**
             * Start S
             * @description Beginning.
             */
            start_s: number;
            /**
             * End S
             * @description End.
             */
            end_s: number;
            /**
             * Start Beat
             * @description Index of the beat it begins on; absent where no beat was found.
             */
            start_beat: number | null;
            /**
             * Label
             * @description The chord in Harte's syntax, such as A:min7 or C:maj/3; N where there is none.
             */
            label: string;
            /**
             * Bass
             * @description The lowest note; absent without a chord.
             */
            bass: string | null;
            /**
             * Confidence
             * @description Mean probability.
             */
            confidence: number;
        };
        /**
         * Clip
         * @description Stems of one song, to be played together in a section.
         */
        Clip: {
            /**
             * Songid
             * @description Letter of the song.
             */
            songId: string;
            /**
             * Stem
             * @description What they are called together, such as drums, or bass+other.
             */
            stem: string;
            /**
             * N Files
             * @description Which of the section's files they lie in, counted from 0.
             */
            n_files: number[];
            /**
             * Balance Db
             * @description Level of each of them, where they differ; the plan's own wish, as ``volume_db`` for all.
             * @default []
             */
            balance_db: number[];
            /**
             * Role
             * @description Lead, or backing that makes room for it.
             * @enum {string}
             */
            role: "lead" | "backing";
            /**
             * Source S
             * @description Moments of the song.
             */
            source_s: number[];
            /**
             * Target S
             * @description Where they go, from the beginning of the section.
             */
            target_s: number[];
            /**
             * Start S
             * @description Where the clip begins in the section.
             */
            start_s: number;
            /**
             * End S
             * @description Where it ends.
             */
            end_s: number;
            /**
             * Shift Semitones
             * @description By how much its pitch is moved.
             * @default 0
             */
            shift_semitones: number;
            /**
             * Gain Db
             * @description What brings its song to the common loudness.
             * @default 0
             */
            gain_db: number;
            /**
             * Volume Db
             * @description The plan's own wish, on top.
             * @default 0
             */
            volume_db: number;
            /**
             * Is Guest
             * @description Whether it is a lead over another song's instruments: then its level follows theirs.
             * @default false
             */
            is_guest: boolean;
            /**
             * High Pass Hz
             * @description Below this it gives way; 0 for nowhere.
             * @default 0
             */
            high_pass_hz: number;
            /**
             * Fade In S
             * @description Fade at its beginning.
             * @default 0
             */
            fade_in_s: number;
            /**
             * Fade Out S
             * @description Fade at its end.
             * @default 0
             */
            fade_out_s: number;
            /**
             * Edge In
             * @description How it begins without a fade: cut, join (it goes on from the section before) or voice (half a beat early).
             * @default cut
             * @enum {string}
             */
            edge_in: "cut" | "join" | "voice";
            /**
             * Edge Out
             * @description How it ends without a fade: cut, join or voice (half a beat late).
             * @default cut
             * @enum {string}
             */
            edge_out: "cut" | "join" | "voice";
            /**
             * Automation
             * @description Gain over time.
             * @default []
             */
            automation: components["schemas"]["AutomationPoint"][];
            /**
             * Effects
             * @description Effects in their order.
             * @default []
             */
            effects: ("filter_sweep_up" | "filter_sweep_down" | "echo_out" | "reverb" | "delay" | "sidechain" | "vinyl_stop" | "loop_roll")[];
        };
        /**
         * ClipLevel
         * @description How loud a clip came out.
         */
        ClipLevel: {
            /**
             * Songid
             * @description Letter of the song.
             */
            songId: string;
            /**
             * Stem
             * @description What it plays.
             */
            stem: string;
            /**
             * Loudness Lufs
             * @description Loudness as placed, before volume, fades and effects; absent in silence.
             */
            loudness_lufs: number | null;
            /**
             * Gain Db
             * @description By how much it was moved, volume included.
             */
            gain_db: number;
        };
        /**
         * CodecCheck
         * @description The master after a trip through a lossy codec.
         */
        CodecCheck: {
            /**
             * Codec
             * @description Codec and bit rate.
             */
            codec: string;
            /**
             * Integrated Lufs
             * @description Loudness after decoding.
             */
            integrated_lufs: number;
            /**
             * True Peak Dbtp
             * @description True peak after decoding, 16 times oversampled.
             */
            true_peak_dbtp: number;
            /**
             * Lowered Db
             * @description How far the ceiling was lowered for it.
             */
            lowered_db: number;
        };
        /**
         * CompressorParams
         * @description Multiband compressor.
         */
        CompressorParams: {
            /**
             * Enabled
             * @description Compress in bands.
             * @default true
             */
            enabled: boolean;
            /**
             * N Bands
             * @description Number of Linkwitz-Riley bands.
             * @default null
             */
            n_bands: (3 | 4) | null;
            /**
             * Crossovers Hz
             * @description The three frequencies where the bands meet; with three bands the lowest two share one detector.
             * @default null
             */
            crossovers_hz: [
                number,
                number,
                number
            ] | null;
            /**
             * Ratio
             * @description Compression ratio of all bands.
             * @default null
             */
            ratio: number | null;
            /**
             * Threshold Db
             * @description Threshold against each band's own mean level.
             * @default null
             */
            threshold_db: number | null;
            /**
             * Range Db
             * @description The most gain reduction of any band.
             * @default null
             */
            range_db: number | null;
            /**
             * Attack Ms
             * @description Attack of the middle bands; the lows take twice, the highs half of it.
             * @default null
             */
            attack_ms: number | null;
            /**
             * Release Ms
             * @description Release of the middle bands; the lows take one and a half times, the highs two thirds of it.
             * @default null
             */
            release_ms: number | null;
        };
        /**
         * Correction
         * @description What you know better of a song than its analysis does, as `analyze` takes it.
         */
        Correction: {
            /**
             * Songid
             * @description Letter of the song.
             */
            songId: string;
            /**
             * Tempo Bpm
             * @description Its tempo: beats are looked for within 4 % of it, else counted evenly at it.
             * @default null
             */
            tempo_bpm: number | null;
            /**
             * First Beat S
             * @description Where the first beat of a bar lies.
             * @default null
             */
            first_beat_s: number | null;
            /**
             * Metre
             * @description Its time signature.
             * @default null
             */
            metre: ("2/4" | "3/4" | "4/4" | "6/8") | null;
        };
        /**
         * CostTerm
         * @description A part of what speaks against a plan.
         */
        CostTerm: {
            /**
             * Name
             * @description What it is, such as harmony, energy or jumps.
             */
            name: string;
            /**
             * Cost
             * @description Its sum over all sections.
             */
            cost: number;
            /**
             * Words
             * @description What it means for this plan.
             * @default
             */
            words: string;
        };
        /**
         * Deliverable
         * @description One written file with what was measured from it.
         */
        Deliverable: {
            /**
             * File
             * @description Reference of the file.
             */
            file: string;
            /**
             * Format
             * @description Container, codec and depth or bit rate.
             */
            format: string;
            /**
             * Sample Rate
             * @description In Hz.
             */
            sample_rate: number;
            /**
             * N Samples
             * @description Length in samples.
             */
            n_samples: number;
            /**
             * Integrated Lufs
             * @description Loudness measured from the written file.
             */
            integrated_lufs: number;
            /**
             * True Peak Dbtp
             * @description True peak measured from the written file, 16 times oversampled.
             */
            true_peak_dbtp: number;
            /**
             * Within Promise
             * @description Whether loudness (0.1 LU), true peak and length are as promised.
             */
            within_promise: boolean;
        };
        /**
         * DemoChord
         * @description A chord.
         */
        DemoChord: {
            /**
             * Onset S
             * @description When it begins.
             */
            onset_s: number;
            /**
             * Offset S
             * @description When it ends.
             */
            offset_s: number;
            /**
             * Symbol
             * @description The chord in Harte's syntax, such as A:min7 or C:maj/3.
             */
            symbol: string;
        };
        /**
         * DemoParams
         * @description Compose and synthesise a song, unmastered, and say everything that is true about it.
         *
         *     Drums, bass, chords, a lead and a sung line play intro, verse, chorus, verse, chorus and outro. The same parameters
         *     give the same song.
         */
        DemoParams: {
            /**
             * Seed
             * @description Which song: the seed chooses key, tempo, groove, progressions, instruments and melodies.
             * @default 1
             */
            seed: number;
            /**
             * Tempo Bpm
             * @description Tempo; by default the seed chooses one that suits the groove.
             * @default null
             */
            tempo_bpm: number | null;
            /**
             * Key
             * @description Key; by default the seed chooses.
             * @default null
             */
            key: ("C major" | "Db major" | "D major" | "Eb major" | "E major" | "F major" | "Gb major" | "G major" | "Ab major" | "A major" | "Bb major" | "B major" | "C minor" | "C# minor" | "D minor" | "Eb minor" | "E minor" | "F minor" | "F# minor" | "G minor" | "G# minor" | "A minor" | "Bb minor" | "B minor") | null;
            /**
             * Duration S
             * @description About how long: the form is built of whole phrases, and never shorter than twelve bars.
             * @default 60
             */
            duration_s: number;
            /**
             * Stems
             * @description Write each player's track too; the mix is their exact sum.
             * @default false
             */
            stems: boolean;
        };
        /**
         * DemoResult
         * @description The song's files and its truth in outline; the file ``truth`` holds every note and beat.
         */
        DemoResult: {
            /**
             * Mix
             * Format: asset
             * @description The unmastered mix: WAV, 24 bits, stereo.
             */
            mix: string;
            /**
             * Truth
             * Format: asset
             * @description JSON with tempo, beats, key, chords, sections and every note of every stem.
             */
            truth: string;
            /**
             * Stems
             * @description The stems' WAV files by name, where they were asked for.
             */
            stems: {
                [key: string]: string;
            };
            /**
             * Seed
             * @description Which song.
             */
            seed: number;
            /**
             * Sample Rate
             * @description In Hz.
             */
            sample_rate: number;
            /**
             * Duration S
             * @description Length.
             */
            duration_s: number;
            /**
             * Tempo Bpm
             * @description Tempo, constant.
             */
            tempo_bpm: number;
            /**
             * Metre
             * @description Time signature.
             */
            metre: string;
            /**
             * Key
             * @description Key.
             */
            key: string;
            /**
             * Groove
             * @description What the drummer would call it.
             */
            groove: string;
            /**
             * Instruments
             * @description The instrument of each stem.
             */
            instruments: {
                [key: string]: string;
            };
            /**
             * Chords
             * @description All chords in order.
             */
            chords: components["schemas"]["DemoChord"][];
            /**
             * Sections
             * @description The form.
             */
            sections: components["schemas"]["DemoSection"][];
            /**
             * N Notes
             * @description Notes of all players together.
             */
            n_notes: number;
        };
        /**
         * DemoSection
         * @description A section of the form.
         */
        DemoSection: {
            /**
             * Onset S
             * @description When it begins.
             */
            onset_s: number;
            /**
             * Offset S
             * @description When it ends.
             */
            offset_s: number;
            /**
             * Name
             * @description What it is.
             * @enum {string}
             */
            name: "intro" | "verse" | "chorus" | "outro";
        };
        /**
         * DitherParams
         * @description Dither.
         */
        DitherParams: {
            /**
             * Kind
             * @description Triangular, triangular with noise shaping (16 bit at 44.1 or 48 kHz), or none; never applied to float output.
             * @default null
             */
            kind: ("tpdf" | "shaped" | "none") | null;
        };
        /**
         * Doubt
         * @description What may be otherwise than it was heard, and what to tell the analysis to have it so.
         */
        Doubt: {
            /**
             * About
             * @description What is doubtful: how fast, how many beats a bar has, where beats lie, which of them begin bars, or the key.
             * @enum {string}
             */
            about: "tempo" | "metre" | "beats" | "bars" | "key";
            /**
             * Text
             * @description What was heard, and what it may be instead.
             */
            text: string;
            /**
             * Warning
             * @description The same as it stands in ``warnings``: with the option of the command line that settles it.
             */
            warning: string;
            /**
             * Tempo Bpm
             * @description The tempo to tell; absent where another tempo is not what settles it.
             * @default null
             */
            tempo_bpm: number | null;
            /**
             * First Beat S
             * @description The first beat to tell; absent where it is not what settles it.
             * @default null
             */
            first_beat_s: number | null;
            /**
             * Metre
             * @description The time signature to tell; absent where it is not what settles it.
             * @default null
             */
            metre: ("2/4" | "3/4" | "4/4" | "6/8") | null;
        };
        /**
         * DynamicEqParams
         * @description Dynamic equaliser and de-esser.
         */
        DynamicEqParams: {
            /**
             * Enabled
             * @description Tame bands only while they stick out.
             * @default true
             */
            enabled: boolean;
            /**
             * Deess Range Db
             * @description The most that the de-esser may take away; 0 switches it off.
             * @default null
             */
            deess_range_db: number | null;
            /**
             * Deess Hz
             * @description Centre of the de-esser.
             * @default null
             */
            deess_hz: number | null;
            /**
             * Resonance Range Db
             * @description The most that a band which sticks out may be lowered; 0 switches these bands off.
             * @default null
             */
            resonance_range_db: number | null;
        };
        /**
         * EqParams
         * @description Tonal balance.
         */
        EqParams: {
            /**
             * Enabled
             * @description Shape the tonal balance at all.
             * @default true
             */
            enabled: boolean;
            /**
             * Phase
             * @description Minimum phase (no pre-echo) or linear phase (no phase shift); by default the tier decides.
             * @default null
             */
            phase: ("minimum" | "linear") | null;
            /**
             * Max Gain Db
             * @description The most that the equaliser may raise or lower any band.
             * @default null
             */
            max_gain_db: number | null;
            /**
             * Tilt Db
             * @description Extra tilt from 100 Hz to 10 kHz: positive is brighter.
             * @default null
             */
            tilt_db: number | null;
            /**
             * Rumble Hz
             * @description Corner of the high-pass that removes DC and rumble; 0 removes DC alone.
             * @default null
             */
            rumble_hz: number | null;
        };
        /**
         * FetchParams
         * @description Fetch the sound behind an address, for material that you hold the rights to.
         *
         *     Off until the one who runs the program switches it on. Bounds of size, length, time and reach are settings.
         */
        FetchParams: {
            /**
             * Url
             * @description Address of a sound file, or of a page that plays one.
             */
            url: string;
            /**
             * I Hold The Rights
             * @description Say that you may copy this material. The site's terms may forbid it all the same; your word is recorded.
             * @default false
             */
            i_hold_the_rights: boolean;
        };
        /**
         * FetchResult
         * @description What was fetched, and on whose word.
         */
        FetchResult: {
            /**
             * File
             * Format: asset
             * @description The sound file, as it was delivered.
             */
            file: string;
            /**
             * Url
             * @description Where it came from.
             */
            url: string;
            /**
             * Title
             * @description What the page called it.
             */
            title: string | null;
            /**
             * Artist
             * @description Whom the page named.
             */
            artist: string | null;
            /**
             * Size Mb
             * @description Size of the file in MB (1 MB is 1,048,576 bytes).
             */
            size_mb: number;
            /**
             * Found By
             * @description How the sound was found behind the address.
             */
            found_by: string;
            /**
             * Rights Confirmed At
             * @description When the right to copy it was claimed (UTC).
             */
            rights_confirmed_at: string;
            /**
             * Notice
             * @description What was agreed to.
             */
            notice: string;
        };
        /**
         * FileFacts
         * @description What kind of file was read.
         */
        FileFacts: {
            /**
             * Container
             * @description Kind of file.
             */
            container: string;
            /**
             * Codec
             * @description How the samples are coded.
             */
            codec: string;
            /**
             * Sample Rate
             * @description Sample rate in Hz.
             */
            sample_rate: number;
            /**
             * N Channels
             * @description Number of channels.
             */
            n_channels: number;
            /**
             * Layout
             * @description The loudspeaker that each channel is for; the weights of loudness go by it.
             */
            layout: string[];
            /**
             * Bit Depth
             * @description Bits of a sample, where the codec stores samples.
             */
            bit_depth: number | null;
            /**
             * Is Lossy
             * @description Whether the codec changes the sound.
             */
            is_lossy: boolean;
            /**
             * Title
             * @description Title in the file's tags.
             */
            title: string | null;
            /**
             * Artist
             * @description Artist in the file's tags.
             */
            artist: string | null;
        };
        /**
         * FollowParams
         * @description Follow the pitch of a single voice, such as singing, and keep it.
         *
         *     Writes an .npz file that transcription reads; people hardly need it by itself.
         */
        FollowParams: {
            /**
             * File
             * Format: asset
             * @description The sound file: one voice alone.
             */
            file: string;
        };
        /**
         * FollowResult
         * @description Where the pitch is kept.
         */
        FollowResult: {
            /**
             * Name
             * @description Name of the file.
             */
            name: string;
            /**
             * Pitch
             * Format: asset
             * @description NumPy archive: ``pitch_hz``, ``confidence`` and ``level_db``, one value every 16 ms.
             */
            pitch: string;
            /**
             * N Frames
             * @description How many values there are of each.
             */
            n_frames: number;
            /**
             * Voiced Share
             * @description Part of the time in which a voice is heard.
             */
            voiced_share: number;
        };
        /**
         * GainReduction
         * @description How hard a stage worked.
         */
        GainReduction: {
            /**
             * Stage
             * @description Name of the stage or band.
             */
            stage: string;
            /**
             * Max Db
             * @description Deepest gain reduction at any moment.
             */
            max_db: number;
            /**
             * Mean Db
             * @description Mean gain reduction over the song.
             */
            mean_db: number;
            /**
             * Active Percent
             * @description Share of the time with more than 0.5 dB of reduction.
             */
            active_percent: number;
        };
        /**
         * GlueParams
         * @description Glue: a slow compressor over everything.
         */
        GlueParams: {
            /**
             * Enabled
             * @description Let the mix breathe together.
             * @default true
             */
            enabled: boolean;
            /**
             * Ratio
             * @description Compression ratio.
             * @default null
             */
            ratio: number | null;
            /**
             * Threshold Db
             * @description Threshold against the song's loudness.
             * @default null
             */
            threshold_db: number | null;
            /**
             * Range Db
             * @description The most gain reduction.
             * @default null
             */
            range_db: number | null;
            /**
             * Attack Ms
             * @description Attack.
             * @default null
             */
            attack_ms: number | null;
            /**
             * Release Ms
             * @description Release.
             * @default null
             */
            release_ms: number | null;
        };
        /**
         * KeyAlternative
         * @description Another key that fits.
         */
        KeyAlternative: {
            /**
             * Name
             * @description Tonic and mode, such as A minor.
             */
            name: string;
            /**
             * Weight
             * @description Probability.
             */
            weight: number;
        };
        /**
         * KeyFigures
         * @description The key of the whole song.
         */
        KeyFigures: {
            /**
             * Tonic
             * @description Its first note.
             */
            tonic: string;
            /**
             * Mode
             * @description Its mode.
             * @enum {string}
             */
            mode: "major" | "minor";
            /**
             * Name
             * @description Tonic and mode, such as Eb major.
             */
            name: string;
            /**
             * Confidence
             * @description Probability of this key.
             */
            confidence: number;
            /**
             * Is Ambiguous
             * @description Whether another key is half as likely or more; most often the relative one, with the same notes.
             */
            is_ambiguous: boolean;
            /**
             * Relative
             * @description The key with the same notes in the other mode.
             */
            relative: string;
            /**
             * Alternatives
             * @description The next best keys.
             */
            alternatives: components["schemas"]["KeyAlternative"][];
        };
        /**
         * KeySpan
         * @description A key for a while.
         */
        KeySpan: {
            /**
             * Start S
             * @description Beginning.
             */
            start_s: number;
            /**
             * End S
             * @description End.
             */
            end_s: number;
            /**
             * Key
             * @description Tonic and mode.
             */
            key: string;
            /**
             * Confidence
             * @description Mean probability.
             */
            confidence: number;
        };
        /**
         * Layer
         * @description One stem of one song in one section.
         */
        Layer: {
            /**
             * Songid
             * @description Letter of the song.
             */
            songId: string;
            /**
             * Stem
             * @description Which of its stems.
             * @enum {string}
             */
            stem: "drums" | "bass" | "other" | "vocals";
            /**
             * Volume Db
             * @description Level, on top of the one at which the layer is as loud as its role needs.
             * @default 0
             */
            volume_db: number;
            /**
             * Effects
             * @description Effects, in the order in which the sound passes through them.
             * @default []
             */
            effects: ("filter_sweep_up" | "filter_sweep_down" | "echo_out" | "reverb" | "delay" | "sidechain" | "vinyl_stop" | "loop_roll")[];
            /**
             * Role
             * @description Lead: heard in front, the backing makes room for it. Backing: all the rest.
             * @enum {string}
             */
            role: "lead" | "backing";
            /**
             * Phrase
             * @description The phrase that it plays; absent where somebody has chosen bars by hand.
             * @default null
             */
            phrase: string | null;
            /**
             * Source Bar
             * @description The song's bar that it begins with, from 0.
             */
            source_bar: number;
            /**
             * N Offset Bars
             * @description Bars of the section before it begins.
             * @default 0
             */
            n_offset_bars: number;
            /**
             * N Bars
             * @description Length in bars of the plan.
             */
            n_bars: number;
            /**
             * Tempo Factor
             * @description How the song's beats are counted. Double: a bar of the song fills two of the plan's. Half: two fill one.
             * @default same
             * @enum {string}
             */
            tempo_factor: "half" | "same" | "double";
            /**
             * Shift Semitones
             * @description By how much its pitch is moved; 0 for drums always.
             * @default 0
             */
            shift_semitones: number;
            /**
             * Rate Percent
             * @description How fast it plays, on average: what the song's own tempo, counted like this, makes of the plan's.
             * @default 100
             */
            rate_percent: number;
            /**
             * Fade In S
             * @description Fade at its beginning, of equal power; 0 for none.
             * @default 0
             */
            fade_in_s: number;
            /**
             * Fade Out S
             * @description Fade at its end, of equal power; 0 for none.
             * @default 0
             */
            fade_out_s: number;
            /**
             * Automation
             * @description Gain over time, in the order of time; none for an even level.
             * @default []
             */
            automation: components["schemas"]["AutomationPoint"][];
        };
        /**
         * LimiterParams
         * @description True-peak limiter.
         */
        LimiterParams: {
            /**
             * Lookahead Ms
             * @description The gain begins to fall this long before a peak.
             * @default null
             */
            lookahead_ms: number | null;
            /**
             * Hold Ms
             * @description It stays down this long after a peak.
             * @default null
             */
            hold_ms: number | null;
            /**
             * Release Ms
             * @description Time constant of the way back from a short peak.
             * @default null
             */
            release_ms: number | null;
            /**
             * Sustain Ms
             * @description Time constant under dense limiting.
             * @default null
             */
            sustain_ms: number | null;
        };
        /**
         * ListenParams
         * @description Run the note network over a song and keep what it hears.
         *
         *     Writes two .npz files that analysis and transcription read; people hardly need them by themselves.
         */
        ListenParams: {
            /**
             * File
             * Format: asset
             * @description The song.
             */
            file: string;
            /**
             * Tuning Cents
             * @description How far its tuning lies from A = 440 Hz; it is heard as if it were in tune; times stay the song's.
             * @default 0
             */
            tuning_cents: number;
        };
        /**
         * ListenResult
         * @description Where the posteriors are, and how loud the sound was that they were heard in.
         */
        ListenResult: {
            /**
             * Name
             * @description Name of the song.
             */
            name: string;
            /**
             * Duration S
             * @description Length.
             */
            duration_s: number;
            /**
             * Posteriors
             * Format: asset
             * @description NumPy archive: ``note`` and ``onset``, (88, n_frames), 65535 for certainty, row 0 is MIDI 21.
             */
            posteriors: string;
            /**
             * Contour
             * Format: asset
             * @description NumPy archive: ``contour``, (264, n_frames), three rows a semitone, 255 for certainty.
             */
            contour: string;
            /**
             * N Frames
             * @description How many frames there are; their times are those of ``engines.note_network.NotePosteriors``.
             */
            n_frames: number;
            /**
             * N Onsets
             * @description How many beginnings of notes the network is at least half sure of.
             */
            n_onsets: number;
            /**
             * Peak Dbfs
             * @description Highest sample; none in digital silence.
             */
            peak_dbfs: number | null;
            /**
             * Repairs
             * @description What was wrong with the file and what was done about it.
             */
            repairs: string[];
        };
        /**
         * ListeningCopy
         * @description A FLAC file to listen to: at most stereo, at 44.1 or 48 kHz.
         */
        ListeningCopy: {
            /**
             * File
             * Format: asset
             * @description The file.
             */
            file: string;
            /**
             * Sample Rate
             * @description Sample rate in Hz.
             */
            sample_rate: number;
            /**
             * N Channels
             * @description 1 or 2; more are folded down by ITU-R BS.775.
             */
            n_channels: number;
            /**
             * N Samples
             * @description Length in samples of the copy's rate.
             */
            n_samples: number;
            /**
             * Segment Samples
             * @description Length in samples of the segments that a server cuts it into; the last is shorter.
             */
            segment_samples: number;
            /**
             * Bit Depth
             * @description 16 where the original is lossy or has no more bits, else 24.
             */
            bit_depth: number;
            /**
             * Gain Db
             * @description What a player adds to hear the original's level: above 0 where peaks over full scale needed room.
             */
            gain_db: number;
        };
        /**
         * LoudnessCurve
         * @description Momentary loudness over time.
         */
        LoudnessCurve: {
            /**
             * Hop S
             * @description Distance of the points; the first stands for the 0.4 s that begin with the song.
             */
            hop_s: number;
            /**
             * Momentary Lufs
             * @description Loudness of 0.4 s each; absent below -70 LUFS.
             */
            momentary_lufs: (number | null)[];
        };
        /**
         * MashPlanParams
         * @description Plan mashups of songs: three different ones, and what speaks against each.
         *
         *     No sound is made. Give a plan to have it judged anew and completed: sections whose backing is "?" are planned again.
         */
        MashPlanParams: {
            /**
             * Songs
             * @description The songs, two to six; the first is A, the second B, and so on.
             */
            songs: string[];
            /**
             * Tier
             * @description What takes the songs apart: the bundled network, or the network whose weights are given.
             * @default draft
             * @enum {string}
             */
            tier: "draft" | "model";
            /**
             * Weights
             * @description The model tier's network; nothing is downloaded.
             * @default null
             */
            weights: string | null;
            /**
             * Weights Sha256
             * @description The sha256 that the file of weights must have.
             * @default null
             */
            weights_sha256: string | null;
            /**
             * Accept Weights Licence
             * @description Say that you have read the licence of the weights.
             * @default false
             */
            accept_weights_licence: boolean;
            /**
             * Corrections
             * @description What you know better of a song than its analysis does: its letter with tempo, first beat or metre. A plan that is
             *     given keeps those that it was made with.
             * @default []
             */
            corrections: components["schemas"]["Correction"][];
            /**
             * Style
             * @description Classic: one song's voice over the other's instruments. Trade: they take turns. Medley: song after song, joined.
             *     Megamix: short pieces of all, with drums of one under the other where the songs change.
             * @default classic
             * @enum {string}
             */
            style: "classic" | "trade" | "medley" | "megamix";
            /**
             * Length S
             * @description About how long; it is made of whole phrases, two at least and one for each song. A plan that differs by more
             *     than a fifth says so.
             * @default 120
             */
            length_s: number;
            /**
             * Lead
             * @description The song whose voice leads; by default the one whose voice fits best. A song without a voice leads with its
             *     melody: unasked only where songs take turns, or no other has a voice that can lead.
             * @default null
             */
            lead: ("A" | "B" | "C" | "D" | "E" | "F") | null;
            /**
             * Energy Arc
             * @description Course of energy: arc rises to a peak at three quarters and comes down, wave goes up and down.
             * @default arc
             * @enum {string}
             */
            energy_arc: "arc" | "rise" | "wave" | "steady" | "fall";
            /**
             * N Phrase Bars
             * @description Bars in a slot of the plan; a megamix halves it. Where fewer than three fit into the length, and nothing is said
             *     here, slots have 4 bars.
             * @default 8
             * @enum {integer}
             */
            n_phrase_bars: 4 | 8 | 16;
            /**
             * Max Shift Semitones
             * @description By how much a song may be moved in pitch.
             * @default 3
             */
            max_shift_semitones: number;
            /**
             * Target Tempo Bpm
             * @description Tempo of the mashup; by default the one that stretches the songs least, those of the voices above all.
             * @default null
             */
            target_tempo_bpm: number | null;
            /**
             * Seed
             * @description Another number, another choice among plans that are as good; 0 takes the best.
             * @default 0
             */
            seed: number;
            /**
             * @description A plan to start from; its sections stay as they are but for those whose backing is "?": of these the
             *     lead is kept where one is given, or a warning says why not.
             * @default null
             */
            plan: components["schemas"]["Plan"] | null;
        };
        /**
         * MashPlanResult
         * @description Plans, the best first, and what they were made from.
         */
        MashPlanResult: {
            /**
             * Songs
             * @description The songs.
             */
            songs: components["schemas"]["SongCard"][];
            /**
             * Phrases
             * @description All phrases that can be used, in the length of a slot.
             */
            phrases: components["schemas"]["PhraseRow"][];
            /**
             * Matches
             * @description Every song's voice over every other's instruments; the best first.
             */
            matches: components["schemas"]["SongMatch"][];
            /**
             * Pairs
             * @description The best pairs of phrases.
             */
            pairs: components["schemas"]["PairScore"][];
            /**
             * Plans
             * @description The plans; the given one first, where there was one.
             */
            plans: components["schemas"]["Plan"][];
            /**
             * Warnings
             * @description What to know.
             */
            warnings: string[];
        };
        /**
         * MashPreviewParams
         * @description Hear a stretch of a plan before the whole of it is rendered; it is not mastered.
         *
         *     Sections that were rendered already, for a preview or a mashup without stems, are not made anew.
         */
        MashPreviewParams: {
            /**
             * Songs
             * @description The songs, two to six; the first is A, the second B, and so on.
             */
            songs: string[];
            /**
             * Tier
             * @description What takes the songs apart: the bundled network, or the network whose weights are given.
             * @default draft
             * @enum {string}
             */
            tier: "draft" | "model";
            /**
             * Weights
             * @description The model tier's network; nothing is downloaded.
             * @default null
             */
            weights: string | null;
            /**
             * Weights Sha256
             * @description The sha256 that the file of weights must have.
             * @default null
             */
            weights_sha256: string | null;
            /**
             * Accept Weights Licence
             * @description Say that you have read the licence of the weights.
             * @default false
             */
            accept_weights_licence: boolean;
            /** @description The plan. */
            plan: components["schemas"]["Plan"];
            /**
             * From S
             * @description Where to begin; by default a little before its most energetic lead.
             * @default null
             */
            from_s: number | null;
            /**
             * Length S
             * @description How long a stretch.
             * @default 20
             */
            length_s: number;
        };
        /**
         * MashPreviewResult
         * @description A stretch of a mashup.
         */
        MashPreviewResult: {
            /**
             * Sound
             * Format: asset
             * @description The sound, as FLAC.
             */
            sound: string;
            /**
             * Start S
             * @description Where in the mashup it begins.
             */
            start_s: number;
            /**
             * Duration S
             * @description Its length.
             */
            duration_s: number;
            /**
             * Warnings
             * @description What could not be done as planned.
             */
            warnings: string[];
        };
        /**
         * MashRenderParams
         * @description Render a mashup's plan: place the clips, make the sections, join them.
         *
         *     A step of ``mashup``. The stems are four files for each song, in the order of the songs: drums, bass, other, vocals.
         */
        MashRenderParams: {
            /**
             * Stems
             * @description Drums, bass, other and vocals of each song, in the order of the songs.
             */
            stems: string[];
            /**
             * Songs
             * @description The songs.
             */
            songs: components["schemas"]["SongGrid"][];
            /** @description What is to be rendered. */
            plan: components["schemas"]["Plan"];
            /**
             * From S
             * @description Where to begin: for a preview.
             * @default 0
             */
            from_s: number;
            /**
             * Length S
             * @description How much to render; all by default.
             * @default null
             */
            length_s: number | null;
            /**
             * Is Split
             * @description Deliver the tracks by themselves, too.
             * @default false
             */
            is_split: boolean;
        };
        /**
         * MashRenderResult
         * @description A mashup before mastering.
         */
        MashRenderResult: {
            /**
             * Mix
             * Format: asset
             * @description The mix, 32-bit floating point.
             */
            mix: string;
            /**
             * Tracks
             * @description Its tracks, where they were asked for; they add up to the mix.
             */
            tracks: components["schemas"]["Track"][];
            /**
             * Duration S
             * @description Length.
             */
            duration_s: number;
            /**
             * Sample Rate
             * @description In Hz.
             */
            sample_rate: number;
            /**
             * N Samples
             * @description Length in samples.
             */
            n_samples: number;
            /**
             * Warnings
             * @description What could not be done as planned.
             */
            warnings: string[];
        };
        /**
         * MashSectionParams
         * @description Render one section of a mashup from its clips.
         *
         *     A step of ``mashup``, kept by content: after a change of the plan only the sections that changed are made anew.
         */
        MashSectionParams: {
            /**
             * Stems
             * @description The files that the clips are of.
             */
            stems: string[];
            /**
             * Clips
             * @description What sounds.
             */
            clips: components["schemas"]["Clip"][];
            /**
             * Duration S
             * @description Length of the section.
             */
            duration_s: number;
            /**
             * Beat S
             * @description Length of a beat.
             */
            beat_s: number;
            /**
             * N Beats Per Bar
             * @description Beats in a bar.
             * @default 4
             */
            n_beats_per_bar: number;
            /**
             * Sample Rate
             * @description Of the sound, in Hz.
             * @default 44100
             */
            sample_rate: number;
            /**
             * Level Lufs
             * @description Loudness that all clips together are brought to, volumes of whole songs, fades and effects aside; absent where
             *     they stay as loud as they are.
             * @default null
             */
            level_lufs: number | null;
            /**
             * Is Split
             * @description Deliver each clip by itself, too.
             * @default false
             */
            is_split: boolean;
        };
        /**
         * MashSectionResult
         * @description A section as sound, with what sounds before its beginning and after its end.
         */
        MashSectionResult: {
            /**
             * Sound
             * Format: asset
             * @description The section, 32-bit floating point.
             */
            sound: string;
            /**
             * Clips
             * @description Its clips in their order, where they were asked for; they add up to the section.
             */
            clips: string[];
            /**
             * N Before Samples
             * @description What the file holds before the section begins.
             */
            n_before_samples: number;
            /**
             * N Samples
             * @description Length of the section itself.
             */
            n_samples: number;
            /**
             * N After Samples
             * @description What rings on after its end.
             */
            n_after_samples: number;
            /**
             * Levels
             * @description How loud the clips came out.
             */
            levels: components["schemas"]["ClipLevel"][];
            /**
             * Warnings
             * @description What could not be done as planned.
             */
            warnings: string[];
        };
        /**
         * MashTalkParams
         * @description Let a language model plan the mashup, or change a plan by words.
         *
         *     It sees a table of phrases and answers with their names; rules and costs are those of ``mash_plan``. Where it does
         *     not answer, or breaks a rule, the plan by rules stands and the result says so.
         */
        MashTalkParams: {
            /**
             * Songs
             * @description The songs, two to six; the first is A, the second B, and so on.
             */
            songs: string[];
            /**
             * Tier
             * @description What takes the songs apart: the bundled network, or the network whose weights are given.
             * @default draft
             * @enum {string}
             */
            tier: "draft" | "model";
            /**
             * Weights
             * @description The model tier's network; nothing is downloaded.
             * @default null
             */
            weights: string | null;
            /**
             * Weights Sha256
             * @description The sha256 that the file of weights must have.
             * @default null
             */
            weights_sha256: string | null;
            /**
             * Accept Weights Licence
             * @description Say that you have read the licence of the weights.
             * @default false
             */
            accept_weights_licence: boolean;
            /**
             * Corrections
             * @description What you know better of a song than its analysis does: its letter with tempo, first beat or metre. A plan that is
             *     given keeps those that it was made with.
             * @default []
             */
            corrections: components["schemas"]["Correction"][];
            /**
             * Style
             * @description Classic: one song's voice over the other's instruments. Trade: they take turns. Medley: song after song, joined.
             *     Megamix: short pieces of all, with drums of one under the other where the songs change.
             * @default classic
             * @enum {string}
             */
            style: "classic" | "trade" | "medley" | "megamix";
            /**
             * Length S
             * @description About how long; it is made of whole phrases, two at least and one for each song. A plan that differs by more
             *     than a fifth says so.
             * @default 120
             */
            length_s: number;
            /**
             * Lead
             * @description The song whose voice leads; by default the one whose voice fits best. A song without a voice leads with its
             *     melody: unasked only where songs take turns, or no other has a voice that can lead.
             * @default null
             */
            lead: ("A" | "B" | "C" | "D" | "E" | "F") | null;
            /**
             * Energy Arc
             * @description Course of energy: arc rises to a peak at three quarters and comes down, wave goes up and down.
             * @default arc
             * @enum {string}
             */
            energy_arc: "arc" | "rise" | "wave" | "steady" | "fall";
            /**
             * N Phrase Bars
             * @description Bars in a slot of the plan; a megamix halves it. Where fewer than three fit into the length, and nothing is said
             *     here, slots have 4 bars.
             * @default 8
             * @enum {integer}
             */
            n_phrase_bars: 4 | 8 | 16;
            /**
             * Max Shift Semitones
             * @description By how much a song may be moved in pitch.
             * @default 3
             */
            max_shift_semitones: number;
            /**
             * Target Tempo Bpm
             * @description Tempo of the mashup; by default the one that stretches the songs least, those of the voices above all.
             * @default null
             */
            target_tempo_bpm: number | null;
            /**
             * Seed
             * @description Another number, another choice among plans that are as good; 0 takes the best.
             * @default 0
             */
            seed: number;
            /**
             * Brief
             * @description What you wish for, in words: "more energy in the second half, start with the voice of B".
             * @default
             */
            brief: string;
            /**
             * @description The plan to change; by default a new one is made.
             * @default null
             */
            plan: components["schemas"]["Plan"] | null;
        };
        /**
         * MashupParams
         * @description Make a mashup: take songs apart, see what goes together, plan, render, master.
         *
         *     Two to six songs in; a finished mix out, with its plan, its clips as stems and the reasons for every choice.
         */
        MashupParams: {
            /**
             * Songs
             * @description The songs, two to six; the first is A, the second B, and so on.
             */
            songs: string[];
            /**
             * Tier
             * @description What takes the songs apart: the bundled network, or the network whose weights are given.
             * @default draft
             * @enum {string}
             */
            tier: "draft" | "model";
            /**
             * Weights
             * @description The model tier's network; nothing is downloaded.
             * @default null
             */
            weights: string | null;
            /**
             * Weights Sha256
             * @description The sha256 that the file of weights must have.
             * @default null
             */
            weights_sha256: string | null;
            /**
             * Accept Weights Licence
             * @description Say that you have read the licence of the weights.
             * @default false
             */
            accept_weights_licence: boolean;
            /**
             * Corrections
             * @description What you know better of a song than its analysis does: its letter with tempo, first beat or metre. A plan that is
             *     given keeps those that it was made with.
             * @default []
             */
            corrections: components["schemas"]["Correction"][];
            /**
             * Style
             * @description Classic: one song's voice over the other's instruments. Trade: they take turns. Medley: song after song, joined.
             *     Megamix: short pieces of all, with drums of one under the other where the songs change.
             * @default classic
             * @enum {string}
             */
            style: "classic" | "trade" | "medley" | "megamix";
            /**
             * Length S
             * @description About how long; it is made of whole phrases, two at least and one for each song. A plan that differs by more
             *     than a fifth says so.
             * @default 120
             */
            length_s: number;
            /**
             * Lead
             * @description The song whose voice leads; by default the one whose voice fits best. A song without a voice leads with its
             *     melody: unasked only where songs take turns, or no other has a voice that can lead.
             * @default null
             */
            lead: ("A" | "B" | "C" | "D" | "E" | "F") | null;
            /**
             * Energy Arc
             * @description Course of energy: arc rises to a peak at three quarters and comes down, wave goes up and down.
             * @default arc
             * @enum {string}
             */
            energy_arc: "arc" | "rise" | "wave" | "steady" | "fall";
            /**
             * N Phrase Bars
             * @description Bars in a slot of the plan; a megamix halves it. Where fewer than three fit into the length, and nothing is said
             *     here, slots have 4 bars.
             * @default 8
             * @enum {integer}
             */
            n_phrase_bars: 4 | 8 | 16;
            /**
             * Max Shift Semitones
             * @description By how much a song may be moved in pitch.
             * @default 3
             */
            max_shift_semitones: number;
            /**
             * Target Tempo Bpm
             * @description Tempo of the mashup; by default the one that stretches the songs least, those of the voices above all.
             * @default null
             */
            target_tempo_bpm: number | null;
            /**
             * Seed
             * @description Another number, another choice among plans that are as good; 0 takes the best.
             * @default 0
             */
            seed: number;
            /**
             * Planner
             * @description Rules plan without help; model asks the language model of the settings.
             * @default rules
             * @enum {string}
             */
            planner: "rules" | "model";
            /**
             * Brief
             * @description What you wish for, in words, for the language model; refused where the rules plan, for they read no words.
             * @default
             */
            brief: string;
            /**
             * @description A plan to render, changed or not: judged anew, its times, speeds and words brought in line with what plays, its
             *     open sections planned; by default one is made.
             * @default null
             */
            plan: components["schemas"]["Plan"] | null;
            /**
             * Choice
             * @description Which of the three plans to render.
             * @default 1
             * @enum {integer}
             */
            choice: 1 | 2 | 3;
            /**
             * Previews
             * @description Render 20 s of each of the plans, too.
             * @default false
             */
            previews: boolean;
            /**
             * Stems
             * @description Deliver the clips of the mashup as a ZIP of stems, too: takes about as long again as rendering.
             * @default false
             */
            stems: boolean;
            /**
             * Project
             * @description Deliver the mashup as a DAWproject, too.
             * @default false
             */
            project: boolean;
            /**
             * Master
             * @description Master the mix.
             * @default true
             */
            master: boolean;
            /**
             * Target Lufs
             * @description Loudness of the master; by default that of mastering.
             * @default null
             */
            target_lufs: number | null;
            /**
             * Format
             * @description Format of the mix and the master.
             * @default wav
             * @enum {string}
             */
            format: "wav" | "flac";
        };
        /**
         * MashupResult
         * @description A finished mashup.
         */
        MashupResult: {
            /**
             * Songs
             * @description The songs.
             */
            songs: components["schemas"]["SongCard"][];
            /**
             * Phrases
             * @description All phrases that can be used.
             */
            phrases: components["schemas"]["PhraseRow"][];
            /**
             * Matches
             * @description Every song's voice over every other's instruments; the best first.
             */
            matches: components["schemas"]["SongMatch"][];
            /**
             * Pairs
             * @description The best pairs of phrases.
             */
            pairs: components["schemas"]["PairScore"][];
            /**
             * Plans
             * @description The plans that there were to choose from.
             */
            plans: components["schemas"]["Plan"][];
            /** @description The plan that was rendered. */
            plan: components["schemas"]["Plan"];
            /**
             * Mix
             * Format: asset
             * @description The mix before mastering.
             */
            mix: string;
            /**
             * Master
             * @description The mastered mix; absent where it was not asked for.
             */
            master: string | null;
            /**
             * Stems
             * @description The clips as a ZIP of stems; absent where it was not asked for.
             */
            stems: string | null;
            /**
             * Plan File
             * Format: asset
             * @description The plan that was rendered as JSON, to be changed and given back as ``plan``.
             */
            plan_file: string;
            /**
             * Project
             * @description The DAWproject; absent where it was not asked for.
             */
            project: string | null;
            /**
             * Previews
             * @description 20 s of each plan, in their order; empty where they were not asked for.
             */
            previews: string[];
            /**
             * Duration S
             * @description Length of the mashup.
             */
            duration_s: number;
            /**
             * Sample Rate
             * @description Of mix and master, in Hz.
             */
            sample_rate: number;
            /**
             * Integrated Lufs
             * @description Loudness of the master, or of the mix where there is no master.
             */
            integrated_lufs: number | null;
            /**
             * True Peak Dbtp
             * @description True peak of the master, measured from its file 16 times oversampled, or of the mix where there is no master.
             */
            true_peak_dbtp: number | null;
            /**
             * Warnings
             * @description What to know.
             */
            warnings: string[];
        };
        /**
         * MasterParams
         * @description Master a song.
         *
         *     Makes a mix sound finished, brings it to a loudness, keeps its peaks under a ceiling, and proves both from the
         *     written file. Without a file, the demo song is composed and mastered.
         */
        MasterParams: {
            /**
             * Mix
             * Format: asset
             * @description The song to master.
             */
            mix: string;
            /**
             * Mode
             * @description Where the targets come from: the song itself, a reference, or a blend; by default reference if one is given.
             * @default null
             */
            mode: ("adaptive" | "reference" | "hybrid") | null;
            /**
             * Reference
             * @description A finished song whose spectrum, loudness, width and dynamics the master follows.
             * @default null
             */
            reference: string | null;
            /**
             * Preset
             * @description Character of the master (see `tonmeister presets`).
             * @default adaptive
             */
            preset: string;
            /**
             * Genre
             * @description Genre whose tonal balance, loudness and dynamics are the target; by default the song decides.
             * @default null
             */
            genre: string | null;
            /**
             * Platform
             * @description Delivery platform whose loudness and ceiling are the target.
             * @default null
             */
            platform: string | null;
            /**
             * Target Lufs
             * @description Integrated loudness of the master; overrides platform, genre and reference.
             * @default null
             */
            target_lufs: number | null;
            /**
             * Ceiling Dbtp
             * @description True peak that is never exceeded; overrides the platform.
             * @default null
             */
            ceiling_dbtp: number | null;
            /**
             * Amount Percent
             * @description How far tone, dynamics and width move towards their targets; 0 changes loudness alone.
             * @default null
             */
            amount_percent: number | null;
            /**
             * Max Gain Reduction Db
             * @description The most limiting: 95 % of the loud passages (400 ms means) stay below it; a target that needs more is missed.
             * @default null
             */
            max_gain_reduction_db: number | null;
            /**
             * Tier
             * @description Quality tier: draft, standard or fine trade time for filter length and oversampling.
             * @default standard
             * @enum {string}
             */
            tier: "draft" | "standard" | "fine";
            /**
             * Format
             * @description File formats to write.
             * @default [
             *       "wav"
             *     ]
             */
            format: ("wav" | "flac" | "mp3" | "ogg" | "opus" | "m4a")[];
            /**
             * Bit Depth
             * @description Bits per sample of lossless formats (32 is float); by default 24.
             * @default null
             */
            bit_depth: (16 | 24 | 32) | null;
            /**
             * Sample Rate
             * @description Sample rate of the master in Hz; by default the song's own.
             * @default null
             */
            sample_rate: (44100 | 48000 | 88200 | 96000 | 176400 | 192000) | null;
            /**
             * Bitrate Kbps
             * @description Bit rate of lossy formats; by default the best that each takes well.
             * @default null
             */
            bitrate_kbps: number | null;
            /**
             * Check Codec
             * @description Encode the master as a trial, decode it, and lower the ceiling until that does not clip.
             * @default []
             */
            check_codec: ("aac-128" | "aac-256" | "mp3-128" | "mp3-320" | "vorbis-96" | "vorbis-320" | "opus-96" | "opus-160")[];
            /**
             * Fold Down
             * @description Fold more than two channels down to stereo instead of refusing them.
             * @default false
             */
            fold_down: boolean;
            /**
             * Report
             * @description Write a report (HTML with pictures, and JSON) beside the master.
             * @default true
             */
            report: boolean;
            /**
             * @default {
             *       "enabled": true,
             *       "phase": null,
             *       "max_gain_db": null,
             *       "tilt_db": null,
             *       "rumble_hz": null
             *     }
             */
            eq: components["schemas"]["EqParams"];
            /**
             * @default {
             *       "enabled": true,
             *       "deess_range_db": null,
             *       "deess_hz": null,
             *       "resonance_range_db": null
             *     }
             */
            dynamic_eq: components["schemas"]["DynamicEqParams"];
            /**
             * @default {
             *       "enabled": true,
             *       "n_bands": null,
             *       "crossovers_hz": null,
             *       "ratio": null,
             *       "threshold_db": null,
             *       "range_db": null,
             *       "attack_ms": null,
             *       "release_ms": null
             *     }
             */
            compressor: components["schemas"]["CompressorParams"];
            /**
             * @description Glue compressor.
             * @default {
             *       "enabled": true,
             *       "ratio": null,
             *       "threshold_db": null,
             *       "range_db": null,
             *       "attack_ms": null,
             *       "release_ms": null
             *     }
             */
            glue: components["schemas"]["GlueParams"];
            /**
             * @default {
             *       "enabled": true,
             *       "width_percent": null,
             *       "mono_below_hz": null,
             *       "min_correlation": 0.1
             *     }
             */
            width: components["schemas"]["WidthParams"];
            /**
             * @description Saturation.
             * @default {
             *       "drive_db": null
             *     }
             */
            saturation: components["schemas"]["SaturationParams"];
            /**
             * @default {
             *       "lookahead_ms": null,
             *       "hold_ms": null,
             *       "release_ms": null,
             *       "sustain_ms": null
             *     }
             */
            limiter: components["schemas"]["LimiterParams"];
            /**
             * @default {
             *       "kind": null
             *     }
             */
            dither: components["schemas"]["DitherParams"];
            /**
             * Isrc
             * @description ISRC to write into the master's tags.
             * @default null
             */
            isrc: string | null;
        };
        /**
         * MasterResult
         * @description A master, and the proof.
         */
        MasterResult: {
            /**
             * Title
             * @description Name of the song.
             */
            title: string;
            /**
             * Deliverables
             * @description The written files.
             */
            deliverables: components["schemas"]["Deliverable"][];
            /**
             * Report Html
             * @description Reference of the report with pictures.
             */
            report_html: string | null;
            /**
             * Report Json
             * @description Reference of the report as data.
             */
            report_json: string | null;
            /**
             * Mode
             * @description Where the targets came from.
             * @enum {string}
             */
            mode: "adaptive" | "reference" | "hybrid";
            /**
             * Preset
             * @description Preset.
             */
            preset: string;
            /**
             * Genre
             * @description Genre asked for.
             */
            genre: string | null;
            /**
             * Resembles
             * @description Genres whose tonal balance and dynamics the mix is nearest to, with their share.
             */
            resembles: {
                [key: string]: number;
            };
            /**
             * Target Lufs
             * @description Loudness asked for.
             */
            target_lufs: number;
            /**
             * Ceiling Dbtp
             * @description True-peak ceiling asked for.
             */
            ceiling_dbtp: number;
            /**
             * Target Reached
             * @description Whether the loudness lies within 0.1 LU of the target.
             */
            target_reached: boolean;
            /** @description The mix. */
            before: components["schemas"]["Measurement"];
            /** @description The master, measured from the written file. */
            after: components["schemas"]["Measurement"];
            /**
             * Eq Curve
             * @description Gain of the tonal balance stage.
             */
            eq_curve: components["schemas"]["Band"][];
            /**
             * Target Curve
             * @description Tonal balance aimed at, against the mean from 200 Hz to 5 kHz.
             * @default []
             */
            target_curve: components["schemas"]["Band"][];
            /**
             * Reduction Curve Db
             * @description Deepest gain reduction of the limiter in equal parts of the song.
             * @default []
             */
            reduction_curve_db: number[];
            /**
             * Notes
             * @description What each stage did and why.
             */
            notes: components["schemas"]["StageNote"][];
            /**
             * Gain Reduction
             * @description How hard each dynamics stage worked.
             */
            gain_reduction: components["schemas"]["GainReduction"][];
            /**
             * Platforms
             * @description What each platform will do to the song.
             */
            platforms: components["schemas"]["PlatformOutcome"][];
            /**
             * Codec Checks
             * @description The master after lossy codecs.
             */
            codec_checks: components["schemas"]["CodecCheck"][];
            /**
             * Warnings
             * @description Repairs of the input, missed targets, and whatever else the user should know.
             */
            warnings: string[];
            speed: components["schemas"]["Speed"];
        };
        /**
         * Masterplan
         * @description The plan proper.
         */
        Masterplan: {
            /**
             * Title
             * @description Title of the mashup.
             */
            title: string;
            /**
             * Artistcredits
             * @description Whose music it is.
             */
            artistCredits: string;
            global: components["schemas"]["PlanGlobals"];
            /**
             * Timeline
             * @description The sections in their order, without gaps.
             */
            timeline: components["schemas"]["TimelineSection"][];
            /**
             * Problems And Solutions
             * @description What stood in the way, and what the plan does about it; the greatest difficulty first.
             * @default []
             */
            problems_and_solutions: components["schemas"]["Remedy"][];
        };
        /**
         * MatchParams
         * @description Tell which songs go together: a score for each voice over each backing, with its reasons.
         *
         *     Each song's voice is laid over each other's instruments, phrase by phrase, in every key and at every bar.
         */
        MatchParams: {
            /**
             * Songs
             * @description The songs.
             */
            songs: string[];
            /**
             * Tier
             * @description What takes the songs apart: the bundled network, or the network whose weights are given.
             * @default draft
             * @enum {string}
             */
            tier: "draft" | "model";
            /**
             * Weights
             * @description The model tier's network; nothing is downloaded.
             * @default null
             */
            weights: string | null;
            /**
             * Weights Sha256
             * @description The sha256 that the file of weights must have.
             * @default null
             */
            weights_sha256: string | null;
            /**
             * Accept Weights Licence
             * @description Say that you have read the licence of the weights.
             * @default false
             */
            accept_weights_licence: boolean;
            /**
             * Corrections
             * @description What you know better of a song than its analysis does: its letter with tempo, first beat or metre. A plan that is
             *     given keeps those that it was made with.
             * @default []
             */
            corrections: components["schemas"]["Correction"][];
            /**
             * Max Shift Semitones
             * @description By how much a song may be moved in pitch.
             * @default 3
             */
            max_shift_semitones: number;
            /**
             * N Phrase Bars
             * @description Length of the phrases that are compared.
             * @default 8
             * @enum {integer}
             */
            n_phrase_bars: 4 | 8 | 16;
        };
        /**
         * MatchParts
         * @description Of what a score is made: 100 is best.
         */
        MatchParts: {
            /**
             * Harmony Percent
             * @description How alike the pitch classes go in time: 50 is no relation.
             */
            harmony_percent: number;
            /**
             * Consonance Percent
             * @description How little dissonance there is where both sound.
             */
            consonance_percent: number;
            /**
             * Rhythm Percent
             * @description How alike low and high strokes fall in the bars.
             */
            rhythm_percent: number;
            /**
             * Balance Percent
             * @description How evenly both together fill low, middle and high.
             */
            balance_percent: number;
            /**
             * Voice Room Percent
             * @description How little the backing's own voice gets in the way.
             */
            voice_room_percent: number;
            /**
             * Tempo Percent
             * @description How little the tempi have to be changed.
             */
            tempo_percent: number;
        };
        /**
         * MatchResult
         * @description Which songs go together.
         */
        MatchResult: {
            /**
             * Songs
             * @description The songs.
             */
            songs: components["schemas"]["SongCard"][];
            /**
             * Matches
             * @description Every song's voice over every other's instruments; the best first.
             */
            matches: components["schemas"]["SongMatch"][];
            /**
             * Pairs
             * @description The best pairs of phrases.
             */
            pairs: components["schemas"]["PairScore"][];
            /**
             * Phrases
             * @description All phrases.
             */
            phrases: components["schemas"]["PhraseRow"][];
            /**
             * Warnings
             * @description What to know.
             */
            warnings: string[];
        };
        /**
         * MeasureParams
         * @description Measure loudness, peaks, dynamics, spectrum and stereo image of a sound file.
         */
        MeasureParams: {
            /**
             * File
             * Format: asset
             * @description The sound file.
             */
            file: string;
            /**
             * True Peak Oversampling
             * @description Positions per sample at which the true peak is looked for; 16 reads up to 0.13 dB more than 8 near the top.
             * @default 8
             * @enum {integer}
             */
            true_peak_oversampling: 4 | 8 | 16;
            /**
             * Dual Mono
             * @description Take a mono file for what two loudspeakers will play: 3 LU louder than the standard's single channel.
             * @default false
             */
            dual_mono: boolean;
        };
        /**
         * MeasureResult
         * @description Figures of one sound file.
         */
        MeasureResult: {
            /**
             * Name
             * @description Name of the file.
             */
            name: string;
            /** @description What kind of file it is. */
            file: components["schemas"]["FileFacts"];
            /** @description The figures. */
            measurement: components["schemas"]["Measurement"];
            /**
             * Repairs
             * @description What was wrong with the file and what was done about it; empty for a sound file.
             */
            repairs: string[];
        };
        /**
         * Measurement
         * @description Figures of a sound; a figure that does not exist, such as the loudness of silence, is absent (null).
         */
        Measurement: {
            /**
             * Integrated Lufs
             * @description Loudness of the whole by ITU-R BS.1770-5, gated; absent if nothing is louder than -70 LUFS for 0.4 s.
             */
            integrated_lufs: number | null;
            /**
             * Momentary Max Lufs
             * @description Loudest 0.4 s.
             */
            momentary_max_lufs: number | null;
            /**
             * Short Term Max Lufs
             * @description Loudest 3 s; absent in shorter sound.
             */
            short_term_max_lufs: number | null;
            /**
             * Range Lu
             * @description Loudness range (LRA) by EBU Tech 3342; absent in sound shorter than 3 s.
             */
            range_lu: number | null;
            /**
             * True Peak Dbtp
             * @description Highest point of the waveform, between the samples too.
             */
            true_peak_dbtp: number | null;
            /**
             * True Peak By Channel Dbtp
             * @description Highest true peak of each channel.
             */
            true_peak_by_channel_dbtp: (number | null)[];
            /**
             * True Peak At S
             * @description Where the highest true peak lies, to 0.1 s.
             */
            true_peak_at_s: number | null;
            /**
             * Sample Peak Dbfs
             * @description Highest sample.
             */
            sample_peak_dbfs: number | null;
            /**
             * Sample Peak By Channel Dbfs
             * @description Highest sample of each channel.
             */
            sample_peak_by_channel_dbfs: (number | null)[];
            /**
             * Rms Dbfs
             * @description Root mean square over all channels and samples; a full-scale sine has -3.01 dBFS.
             */
            rms_dbfs: number | null;
            /**
             * Crest Factor Db
             * @description Sample peak over RMS.
             */
            crest_factor_db: number | null;
            /**
             * Plr Db
             * @description Peak-to-loudness ratio: true peak minus integrated loudness.
             */
            plr_db: number | null;
            /**
             * Psr Db
             * @description Least peak-to-short-term ratio: true peak minus loudness of the same 3 s, in the passages that LRA looks at.
             */
            psr_db: number | null;
            /**
             * Dc Offset By Channel Dbfs
             * @description Level of each channel's mean; absent where it is exactly zero.
             */
            dc_offset_by_channel_dbfs: (number | null)[];
            /**
             * N Clipped Samples
             * @description Samples in runs of three or more at exactly the channel's highest or lowest value, if that is above -1 dBFS.
             */
            n_clipped_samples: number;
            /**
             * Correlation
             * @description Of left and right: 1 equal, 0 unrelated, -1 opposite; absent if not stereo or if a channel is silent.
             */
            correlation: number | null;
            /**
             * Width Percent
             * @description Share of the side signal in the energy of mid and side: 0 is mono, 50 unrelated channels, 100 opposite ones.
             */
            width_percent: number | null;
            /**
             * Bands
             * @description Stereo image in four bands; empty if not stereo.
             */
            bands: components["schemas"]["BandImage"][];
            /**
             * Mono Loss Lu
             * @description How much quieter the mono fold-down is: 0 equal channels, 3 unrelated ones; absent if nothing remains of it.
             */
            mono_loss_lu: number | null;
            /**
             * Third Octaves
             * @description Long-term spectrum in thirds of an octave.
             */
            third_octaves: components["schemas"]["BandLevel"][];
            /**
             * Tilt Db Per Octave
             * @description Slope of the spectral density from 100 Hz to 10 kHz: 0 is white noise, -3 pink noise.
             */
            tilt_db_per_octave: number | null;
            /**
             * Noise Floor Dbfs
             * @description Estimated level of the noise: RMS of the quietest 5 % of the frames that are not digital silence.
             */
            noise_floor_dbfs: number | null;
            /**
             * Noise Floor Confidence
             * @description 0 to 1: how far the noise floor lies below the median frame; 1 from 30 dB on.
             */
            noise_floor_confidence: number;
            /**
             * Leading Silence S
             * @description Time before the first sample above -70 dBFS; the whole duration where there is none.
             */
            leading_silence_s: number;
            /**
             * Trailing Silence S
             * @description Time after the last sample above -70 dBFS; the whole duration where there is none.
             */
            trailing_silence_s: number;
            /**
             * Duration S
             * @description Length of the sound.
             */
            duration_s: number;
            /**
             * Sample Rate
             * @description Sample rate in Hz.
             */
            sample_rate: number;
            /**
             * N Channels
             * @description Number of channels.
             */
            n_channels: number;
            /**
             * Short Term Curve Lufs
             * @description Short-term loudness to 0.01 LU, ten values in a second; the first belongs to the window that ends at 3 s.
             */
            short_term_curve_lufs: (number | null)[];
        };
        /**
         * Metre
         * @description How beats make bars.
         */
        Metre: {
            /**
             * Numerator
             * @description Beats of the time signature in a bar.
             */
            numerator: number;
            /**
             * Denominator
             * @description Note value of the time signature's beats.
             */
            denominator: number;
            /**
             * N Beats Per Bar
             * @description Beats in a bar as they are counted in ``beats_s``: two in 6/8, the numerator elsewhere.
             */
            n_beats_per_bar: number;
            /**
             * Confidence
             * @description 0 to 1: how far this metre stands out from the others.
             */
            confidence: number;
            /**
             * Is Ambiguous
             * @description Whether another metre is half as likely or more.
             */
            is_ambiguous: boolean;
            /**
             * Alternatives
             * @description Other metres that fit, the likeliest first.
             */
            alternatives: components["schemas"]["MetreAlternative"][];
        };
        /**
         * MetreAlternative
         * @description Another metre that fits.
         */
        MetreAlternative: {
            /**
             * Numerator
             * @description Beats of the time signature in a bar.
             */
            numerator: number;
            /**
             * Denominator
             * @description Note value of the time signature's beats.
             */
            denominator: number;
            /**
             * Weight
             * @description Probability. 3/4 and 6/8 count the same music at tempos that are three to two.
             */
            weight: number;
        };
        /**
         * ModulationFigures
         * @description A change of key.
         */
        ModulationFigures: {
            /**
             * Time S
             * @description When the later key begins.
             */
            time_s: number;
            /**
             * Before
             * @description The earlier key.
             */
            before: string;
            /**
             * After
             * @description The later key.
             */
            after: string;
            /**
             * Kind
             * @description How the later key lies to the earlier one.
             */
            kind: string;
            /**
             * Pivot
             * @description The chord that belongs to both, as its numeral in each; empty where there is none.
             */
            pivot: string[];
            /**
             * Confidence
             * @description 0 to 1.
             */
            confidence: number;
        };
        /**
         * NumeralFigures
         * @description A chord, the key that it is heard in, and what it does there.
         */
        NumeralFigures: {
            /**
             * Start S
             * @description Beginning.
             */
            start_s: number;
            /**
             * End S
             * @description End.
             */
            end_s: number;
            /**
             * Label
             * @description The chord in Harte's syntax; N where there is none.
             */
            label: string;
            /**
             * Key
             * @description The key that it is heard in.
             */
            key: string;
            /**
             * Figure
             * @description Roman numeral, such as V65/V or bVI.
             */
            figure: string;
            /**
             * Function
             * @description What it does: tonic, subdominant, dominant, applied, borrowed, chromatic or none.
             */
            function: string;
            /**
             * Applied To
             * @description The degree that an applied chord (a secondary dominant) leads to; empty otherwise.
             */
            applied_to: string;
            /**
             * Is Resolved
             * @description Whether an applied chord is followed by that degree.
             */
            is_resolved: boolean;
            /**
             * Confidence
             * @description 0 to 1.
             */
            confidence: number;
        };
        /**
         * ObserveParams
         * @description Keep of a song what an analysis is made from: onsets, pitch classes, timbre and loudness over time.
         *
         *     The first step of `analyze`, kept by content, so that corrections need no second reading.
         */
        ObserveParams: {
            /**
             * File
             * Format: asset
             * @description The sound file.
             */
            file: string;
            /**
             * Beat Model
             * @description A network of your own that hears the beats too, as an ONNX file.
             * @default null
             */
            beat_model: string | null;
            /**
             * Beat Model Sha256
             * @description The sha256 that this file must have, as its publisher states it.
             * @default null
             */
            beat_model_sha256: string | null;
            /**
             * Accept Weights Licence
             * @description Say that you have read the licence of the network.
             * @default false
             */
            accept_weights_licence: boolean;
        };
        /**
         * ObserveResult
         * @description What an analysis is made from.
         */
        ObserveResult: {
            /**
             * Name
             * @description Name of the file.
             */
            name: string;
            /**
             * Duration S
             * @description Length.
             */
            duration_s: number;
            /**
             * N Channels
             * @description Number of channels.
             */
            n_channels: number;
            /**
             * Features
             * Format: asset
             * @description Curves over time, as NumPy arrays (.npz).
             */
            features: string;
            /**
             * Beat Network
             * @description Name of the network that heard beats too; none where none was given.
             * @default null
             */
            beat_network: string | null;
            /**
             * Beat Network Licence
             * @description What is known of its licence.
             * @default null
             */
            beat_network_licence: string | null;
            /**
             * Repairs
             * @description What was wrong with the file and what was done about it.
             */
            repairs: string[];
        };
        /**
         * PairScore
         * @description A lead phrase over a backing phrase.
         */
        PairScore: {
            /**
             * Lead
             * @description The phrase whose voice is taken.
             */
            lead: string;
            /**
             * Backing
             * @description The phrase whose instruments are taken.
             */
            backing: string;
            /**
             * Score Percent
             * @description How well they go together.
             */
            score_percent: number;
            /**
             * Shift Semitones
             * @description By how much the lead is moved in pitch, against the backing.
             */
            shift_semitones: number;
            /**
             * N Offset Bars
             * @description By how many bars the backing is best begun later than its phrase.
             */
            n_offset_bars: number;
            /** @description Of what the score is made. */
            parts: components["schemas"]["MatchParts"];
        };
        /**
         * PhraseFigures
         * @description A phrase: four bars as a rule, cut at sections.
         */
        PhraseFigures: {
            /**
             * Start S
             * @description Beginning.
             */
            start_s: number;
            /**
             * End S
             * @description End.
             */
            end_s: number;
            /**
             * Start Bar
             * @description Number of the bar it begins with, from 0; absent where no bars were found.
             */
            start_bar: number | null;
            /**
             * N Bars
             * @description Length in bars; 0 where no bars were found.
             */
            n_bars: number;
            /**
             * Energy 1 10
             * @description 1 for the song's faintest phrases, 10 for its most energetic.
             */
            energy_1_10: number;
            /**
             * Vocal Share
             * @description Part of the time in which a voice is guessed to sing or a lead to sound like one.
             */
            vocal_share: number | null;
            /**
             * Vocal Confidence
             * @description 0 to 1: how far ``vocal_share`` is to be trusted.
             */
            vocal_confidence: number;
            /**
             * Loudness Lufs
             * @description Mean momentary loudness; absent in silence.
             */
            loudness_lufs: number | null;
        };
        /**
         * PhraseRow
         * @description A phrase that can be used.
         */
        PhraseRow: {
            /**
             * Id
             * @description Its name: letter of the song, number in it.
             */
            id: string;
            /**
             * Songid
             * @description Letter of the song.
             */
            songId: string;
            /**
             * Start Bar
             * @description Bar of the song that it begins with, from 0.
             */
            start_bar: number;
            /**
             * N Bars
             * @description Its length in bars of the song.
             */
            n_bars: number;
            /**
             * Start S
             * @description Where it begins in the song.
             */
            start_s: number;
            /**
             * End S
             * @description Where it ends.
             */
            end_s: number;
            /**
             * Label
             * @description The section of the song that it is of.
             */
            label: string;
            /**
             * Energy 1 10
             * @description 1 for the song's faintest phrases, 10 for its most energetic.
             */
            energy_1_10: number;
            /**
             * Vocal Share
             * @description Part of its beats in which the vocal stem sounds.
             */
            vocal_share: number;
            /**
             * Loudness Lufs
             * @description Loudness of all its stems together; absent in silence.
             */
            loudness_lufs: number | null;
            /**
             * Is On Section
             * @description Whether a section of the song begins with it.
             */
            is_on_section: boolean;
        };
        /**
         * PhrasesParams
         * @description Take a song apart and describe its phrases, so that they can be laid over those of others.
         *
         *     A step of ``match`` and ``mashup``, kept by content: it analyses, separates and listens to the stems.
         */
        PhrasesParams: {
            /**
             * File
             * Format: asset
             * @description The song.
             */
            file: string;
            /**
             * Tier
             * @description What takes the songs apart: the bundled network, or the network whose weights are given.
             * @default draft
             * @enum {string}
             */
            tier: "draft" | "model";
            /**
             * Weights
             * @description The model tier's network; nothing is downloaded.
             * @default null
             */
            weights: string | null;
            /**
             * Weights Sha256
             * @description The sha256 that the file of weights must have.
             * @default null
             */
            weights_sha256: string | null;
            /**
             * Accept Weights Licence
             * @description Say that you have read the licence of the weights.
             * @default false
             */
            accept_weights_licence: boolean;
            /**
             * Tempo Bpm
             * @description Its tempo, where you know better.
             * @default null
             */
            tempo_bpm: number | null;
            /**
             * First Beat S
             * @description Where the first beat of a bar lies, where you know better.
             * @default null
             */
            first_beat_s: number | null;
            /**
             * Metre
             * @description Its time signature, where you know better.
             * @default null
             */
            metre: ("2/4" | "3/4" | "4/4" | "6/8") | null;
        };
        /**
         * PhrasesResult
         * @description A song's phrases and what they sound like.
         */
        PhrasesResult: {
            /** @description What the song brings along. */
            song: components["schemas"]["SongCard"];
            /**
             * Phrases
             * @description Its phrases of four bars.
             */
            phrases: components["schemas"]["PhraseRow"][];
            /**
             * Beats S
             * @description All its beats.
             */
            beats_s: number[];
            /**
             * Downbeats
             * @description Which of the beats begin a bar, as indices from 0.
             */
            downbeats: number[];
            /**
             * Features
             * Format: asset
             * @description What its stems sound like beat by beat, as NumPy arrays (.npz).
             */
            features: string;
            /**
             * Drums
             * Format: asset
             * @description Its drums.
             */
            drums: string;
            /**
             * Bass
             * Format: asset
             * @description Its bass.
             */
            bass: string;
            /**
             * Other
             * Format: asset
             * @description All that is neither drums nor bass nor voice.
             */
            other: string;
            /**
             * Vocals
             * Format: asset
             * @description Its voices.
             */
            vocals: string;
        };
        /**
         * Placing
         * @description Where beats and bars lie, at the tempo that was found.
         */
        Placing: {
            /**
             * First Beat S
             * @description Where the first whole bar begins.
             */
            first_beat_s: number;
            /**
             * Beat Confidence
             * @description 0 to 1: how sure the beats lie here rather than between, at this tempo.
             */
            beat_confidence: number;
            /**
             * Bar Confidence
             * @description 0 to 1: how sure the bars begin on these beats rather than on others.
             */
            bar_confidence: number;
            /**
             * Alternatives
             * @description Where else they may well lie, the likeliest first; none where nothing comes near.
             */
            alternatives: components["schemas"]["PlacingAlternative"][];
        };
        /**
         * PlacingAlternative
         * @description Another place where beats or bars may lie, at the same tempo.
         */
        PlacingAlternative: {
            /**
             * Moves
             * @description What would lie elsewhere: all beats, most often by half of one, or only which of them begin the bars.
             * @enum {string}
             */
            moves: "beats" | "bars";
            /**
             * N Beats Later
             * @description How much later the bars would begin, in beats; earlier where it is negative.
             */
            n_beats_later: number;
            /**
             * First Beat S
             * @description Where a bar would begin, that nearest to the first one now: hand it in as ``first_beat_s`` to have it so.
             */
            first_beat_s: number;
            /**
             * Weight
             * @description Probability.
             */
            weight: number;
        };
        /**
         * Plan
         * @description A mashup, from its idea to the last fade.
         */
        Plan: {
            /**
             * Creative Vision
             * @description The idea, in a few sentences.
             */
            creative_vision: string;
            /** @description What sounds when. */
            masterplan: components["schemas"]["Masterplan"];
            /**
             * Songs
             * @description What it does with each song.
             */
            songs: components["schemas"]["PlanSong"][];
            /** @description How it came about. */
            origin: components["schemas"]["PlanOrigin"];
        };
        /**
         * PlanGlobals
         * @description What holds for the whole mashup.
         */
        PlanGlobals: {
            /**
             * Targetbpm
             * @description Tempo.
             */
            targetBPM: number;
            /**
             * Targetkey
             * @description Key of the song that leads as it is moved, such as A minor, or of the first that has one; "none" where none has.
             *     Others may play in other keys: ``creative_vision`` names them.
             */
            targetKey: string;
            /**
             * Timesignature
             * @description Beats in a bar as they are counted, and their note value; 6/8 is counted in two.
             * @default [
             *       4,
             *       4
             *     ]
             */
            timeSignature: [
                number,
                number
            ];
        };
        /**
         * PlanOrigin
         * @description How a plan came about.
         */
        PlanOrigin: {
            /**
             * Planner
             * @description Rules: dynamic programming. Model: a language model has chosen. Hand: a person has changed it since.
             * @enum {string}
             */
            planner: "rules" | "model" | "hand";
            /**
             * Style
             * @description Its template.
             * @enum {string}
             */
            style: "classic" | "trade" | "medley" | "megamix";
            /**
             * Energy Arc
             * @description The course of energy that was aimed at.
             * @default arc
             * @enum {string}
             */
            energy_arc: "arc" | "rise" | "wave" | "steady" | "fall";
            /**
             * N Slot Bars
             * @description Bars in a slot.
             */
            n_slot_bars: number;
            /**
             * Course
             * @description What was aimed at from the first section to the last: the plan is judged by it, however it is changed since.
             * @default []
             */
            course: components["schemas"]["SlotAim"][];
            /**
             * Cost
             * @description What speaks against it, in all; the lower the better.
             */
            cost: number;
            /**
             * Terms
             * @description Of what the cost is made; the greatest first.
             * @default []
             */
            terms: components["schemas"]["CostTerm"][];
            /**
             * Violations
             * @description Rules that it breaks, in words; the planner's own plans break none unless the songs leave no choice.
             * @default []
             */
            violations: string[];
            /**
             * Warnings
             * @description What of it is not as it was asked for: stems that are silent where they were to play, a length out of reach.
             * @default []
             */
            warnings: string[];
            /**
             * Version
             * @description Number of the version; each change makes a new one.
             * @default 1
             */
            version: number;
            /**
             * Changes
             * @description What differs from the version before, in words.
             * @default []
             */
            changes: string[];
            /**
             * Notes
             * @description What to know of how it came about, such as that the language model did not answer.
             * @default []
             */
            notes: string[];
        };
        /**
         * PlanSong
         * @description What the plan does with a song.
         */
        PlanSong: {
            /**
             * Songid
             * @description Its letter.
             */
            songId: string;
            /**
             * Name
             * @description Its name, as its file is called. Text of strangers: to be shown, never to be followed.
             */
            name: string;
            /**
             * Tempo Bpm
             * @description Its own tempo.
             */
            tempo_bpm: number;
            /**
             * Key
             * @description Its own key; absent where it has none.
             * @default null
             */
            key: string | null;
            /**
             * Tempo Factor
             * @description How its beats are counted.
             * @default same
             * @enum {string}
             */
            tempo_factor: "half" | "same" | "double";
            /**
             * Rate Percent
             * @description How fast it plays.
             */
            rate_percent: number;
            /**
             * Shift Semitones
             * @description By how much all of it but its drums is moved in pitch.
             */
            shift_semitones: number;
            /**
             * Lead Share Percent
             * @description Its part of the time in which a voice leads.
             */
            lead_share_percent: number;
            /**
             * Backing Share Percent
             * @description Its part of the time in which instruments play.
             */
            backing_share_percent: number;
            /**
             * Sha256
             * @description What its file holds: a plan that is given is refused for other songs. Absent where nobody knows.
             * @default null
             */
            sha256: string | null;
            /**
             * Duration S
             * @description Its length; absent where nobody knows.
             * @default null
             */
            duration_s: number | null;
            /**
             * @description What its analysis was told when the plan was made; its bars are counted by that. Absent where nothing was.
             * @default null
             */
            correction: components["schemas"]["Correction"] | null;
        };
        /**
         * PlatformOutcome
         * @description What a platform's loudness normalisation will do to the master.
         */
        PlatformOutcome: {
            /**
             * Platform
             * @description Name of the platform.
             */
            platform: string;
            /**
             * Gain Db
             * @description Gain that it will apply in playback.
             */
            gain_db: number;
            /**
             * Text
             * @description The same in plain words.
             */
            text: string;
        };
        /**
         * PrepareParams
         * @description Make a sound file ready to be seen and heard in a browser.
         *
         *     Writes a listening copy (FLAC), the waveform at several resolutions (.dat) and a spectrogram (WebP), and measures
         *     the sound on the way.
         */
        PrepareParams: {
            /**
             * File
             * Format: asset
             * @description The sound file.
             */
            file: string;
        };
        /**
         * PrepareResult
         * @description What a studio needs to show and play a sound file.
         */
        PrepareResult: {
            /**
             * Name
             * @description Name of the file.
             */
            name: string;
            /**
             * Title
             * @description Title in the file's tags.
             */
            title: string | null;
            /**
             * Artist
             * @description Artist in the file's tags.
             */
            artist: string | null;
            /**
             * Album
             * @description Album in the file's tags.
             */
            album: string | null;
            /**
             * Isrc
             * @description International Standard Recording Code in the file's tags.
             */
            isrc: string | null;
            /**
             * Duration S
             * @description Length.
             */
            duration_s: number;
            facts: components["schemas"]["PreparedFacts"];
            /** @description Figures of the original, all channels. */
            measurement: components["schemas"]["Measurement"];
            /** @description What browsers play. */
            listening: components["schemas"]["ListeningCopy"];
            /**
             * Peaks
             * @description The waveform, the finest resolution first.
             */
            peaks: components["schemas"]["WaveformLevel"][];
            /**
             * Spectrogram
             * Format: asset
             * @description WebP picture in grey: time to the right, 128 bands of the mel scale upwards, black at -90 dB, white at 0 dB.
             */
            spectrogram: string;
            /**
             * Repairs
             * @description What was wrong with the file and what was done about it.
             */
            repairs: string[];
        };
        /**
         * PreparedFacts
         * @description What kind of file it is.
         */
        PreparedFacts: {
            /**
             * Container
             * @description Kind of file.
             */
            container: string;
            /**
             * Media Type
             * @description The kind of file as the web calls it, by its content: the name is not asked.
             */
            media_type: string;
            /**
             * Codec
             * @description How the samples are coded.
             */
            codec: string;
            /**
             * Sample Rate
             * @description Sample rate in Hz.
             */
            sample_rate: number;
            /**
             * N Channels
             * @description Number of channels.
             */
            n_channels: number;
            /**
             * Layout
             * @description The loudspeaker that each channel is for.
             */
            layout: string[];
            /**
             * Bit Depth
             * @description Bits of a sample, where the codec stores samples.
             */
            bit_depth: number | null;
            /**
             * Is Lossy
             * @description Whether the codec changes the sound.
             */
            is_lossy: boolean;
        };
        /**
         * PresetEntry
         * @description One preset, genre, platform or tier.
         */
        PresetEntry: {
            /**
             * Kind
             * @description What it is.
             * @enum {string}
             */
            kind: "preset" | "genre" | "platform" | "tier";
            /**
             * Name
             * @description The word to use.
             */
            name: string;
            /**
             * Title
             * @description Its name for people.
             */
            title: string;
            /**
             * Description
             * @description What it does.
             */
            description: string;
            /**
             * Target Lufs
             * @description Its loudness target.
             */
            target_lufs: number | null;
            /**
             * Ceiling Dbtp
             * @description Its true-peak ceiling.
             */
            ceiling_dbtp: number | null;
            /**
             * Source
             * @description Where the figures come from, with date.
             */
            source: string | null;
        };
        /**
         * PresetsParams
         * @description List presets, genres, platforms and tiers.
         */
        PresetsParams: {
            /**
             * Kind
             * @description Which of them.
             * @default all
             * @enum {string}
             */
            kind: "all" | "preset" | "genre" | "platform" | "tier";
        };
        /**
         * PresetsResult
         * @description Presets, genres, platforms and tiers.
         */
        PresetsResult: {
            /**
             * Entries
             * @description All of them.
             */
            entries: components["schemas"]["PresetEntry"][];
        };
        /**
         * Remedy
         * @description What stands in the way, and what is done about it.
         */
        Remedy: {
            /**
             * Problem
             * @description The difficulty.
             */
            problem: string;
            /**
             * Solution
             * @description The remedy that the plan applies.
             */
            solution: string;
        };
        /**
         * SaturationParams
         * @description Saturation, four times oversampled.
         */
        SaturationParams: {
            /**
             * Drive Db
             * @description Level into the curve; 0 switches it off.
             * @default null
             */
            drive_db: number | null;
        };
        /**
         * ScaleFigures
         * @description A scale to play over a section.
         */
        ScaleFigures: {
            /**
             * Name
             * @description Such as A Dorian.
             */
            name: string;
            /**
             * Notes
             * @description Its notes, from the tonic.
             */
            notes: string[];
            /**
             * Confidence
             * @description 0 to 1.
             */
            confidence: number;
            /**
             * Avoid
             * @description Notes to avoid.
             */
            avoid: components["schemas"]["AvoidedNote"][];
        };
        /**
         * SectionFigures
         * @description A section of the form.
         */
        SectionFigures: {
            /**
             * Start S
             * @description Beginning.
             */
            start_s: number;
            /**
             * End S
             * @description End.
             */
            end_s: number;
            /**
             * Start Bar
             * @description Number of the bar it begins with, from 0; absent where no bars were found.
             */
            start_bar: number | null;
            /**
             * Label
             * @description What it may be, judged by repetition and energy; "section" where nothing repeats enough to judge by.
             * @enum {string}
             */
            label: "intro" | "verse" | "chorus" | "bridge" | "outro" | "section";
            /**
             * Group
             * @description Letter shared by sections that sound alike.
             */
            group: string;
            /**
             * Confidence
             * @description 0 to 1, of the label.
             */
            confidence: number;
            /**
             * Energy 1 10
             * @description 1 for the song's faintest phrases, 10 for its most energetic; see the README for what goes into it.
             */
            energy_1_10: number;
            /**
             * Vocal Share
             * @description Part of the time in which a voice is guessed to sing or a lead to sound like one.
             */
            vocal_share: number | null;
            /**
             * Vocal Confidence
             * @description 0 to 1: how far ``vocal_share`` is to be trusted.
             */
            vocal_confidence: number;
        };
        /**
         * SectionTheory
         * @description A section's key and what to play over it.
         */
        SectionTheory: {
            /**
             * Start S
             * @description Beginning.
             */
            start_s: number;
            /**
             * End S
             * @description End.
             */
            end_s: number;
            /**
             * Label
             * @description What it may be, such as verse; "section" where nothing tells, or that would be less than half sure.
             */
            label: string;
            /**
             * Group
             * @description Letter shared by sections that sound alike.
             */
            group: string;
            /**
             * Key
             * @description The key that fills most of it.
             */
            key: string;
            /**
             * Confidence
             * @description 0 to 1, of the key.
             */
            confidence: number;
            /**
             * Loop
             * @description The succession of chords that it turns on, as numerals; empty if there is none.
             */
            loop: string[];
            /**
             * Loop Name
             * @description What musicians call it; empty where it has no name.
             */
            loop_name: string;
            /**
             * Scales
             * @description Scales that fit, the best first.
             */
            scales: components["schemas"]["ScaleFigures"][];
        };
        /**
         * SeparateParams
         * @description Take a finished song apart into its stems.
         *
         *     The draft tier is always there: a small network of our own, quick, and honest about what it cannot do. The model
         *     tier runs a network of your own, such as HTDemucs, from a file of weights that you have.
         */
        SeparateParams: {
            /**
             * File
             * Format: asset
             * @description The song.
             */
            file: string;
            /**
             * Stems
             * @description Which stems to write; instrumental is all but the vocals, harmonic and percussive are tones and strokes.
             * @default [
             *       "drums",
             *       "bass",
             *       "other",
             *       "vocals"
             *     ]
             */
            stems: ("drums" | "bass" | "other" | "vocals" | "instrumental" | "harmonic" | "percussive")[];
            /**
             * Tier
             * @description The bundled network, or the network whose weights are given.
             * @default draft
             * @enum {string}
             */
            tier: "draft" | "model";
            /**
             * Format
             * @description WAV with 32-bit floating point, in which the stems add up to the song, or FLAC with 24 bits.
             * @default wav
             * @enum {string}
             */
            format: "wav" | "flac";
            /**
             * Weights
             * @description The model tier's network: an ONNX file, or weights of Demucs (.th, .safetensors). Nothing is downloaded.
             * @default null
             */
            weights: string | null;
            /**
             * Weights Sha256
             * @description The sha256 that the file of weights must have, as its publisher states it.
             * @default null
             */
            weights_sha256: string | null;
            /**
             * Accept Weights Licence
             * @description Say that you have read the licence of the weights; without it the work ends by showing what is known of it.
             * @default false
             */
            accept_weights_licence: boolean;
        };
        /**
         * SeparateResult
         * @description The stems, and what they are worth.
         */
        SeparateResult: {
            /**
             * Name
             * @description Name of the song.
             */
            name: string;
            /**
             * Stems
             * @description The stems in the order in which they were asked for.
             */
            stems: components["schemas"]["Stem"][];
            /**
             * Tier
             * @description The tier that made them.
             * @enum {string}
             */
            tier: "draft" | "model";
            /**
             * Model
             * @description Name of the network.
             */
            model: string;
            /**
             * Model Sha256
             * @description Hash of its weights.
             */
            model_sha256: string;
            /**
             * Weights Licence
             * @description What is known of the licence of the weights.
             */
            weights_licence: string;
            /**
             * Quality
             * @description The middle of the grades of those stems that are there; none where the network does not tell how sure it is.
             */
            quality: ("good" | "fair" | "poor" | "absent") | null;
            /**
             * Voice
             * @description Whether what went to the vocals stem sounds like a voice: nowhere, perhaps in places, perhaps as a whole, or
             *     yes. "none" too where hardly anything went to it. In songs shorter than 12 s a voice is never denied, only doubted.
             *     Absent where nobody has listened: with networks of your own, without the stem, or with less than 1 s of it.
             */
            voice: ("heard" | "doubtful" | "in places" | "none") | null;
            /**
             * Is Mono
             * @description Whether the song has no stereo image that could help to tell voices from instruments.
             */
            is_mono: boolean;
            /**
             * Duration S
             * @description Length.
             */
            duration_s: number;
            /**
             * Sample Rate
             * @description Of the stems, in Hz; that of the song.
             */
            sample_rate: number;
            /**
             * N Channels
             * @description Of the stems: 1 or 2. Surround is folded down to stereo.
             */
            n_channels: number;
            /**
             * Gain Db
             * @description What all stems were changed by: below 0 where the format would have clipped one of them.
             */
            gain_db: number;
            /**
             * Residual Dbfs
             * @description Level of what drums, bass, other and vocals lack to the song; absent where nothing is missing.
             */
            residual_dbfs: number | null;
            /**
             * Warnings
             * @description What to know before using the stems.
             */
            warnings: string[];
            /**
             * Repairs
             * @description What was wrong with the file and what was done about it.
             */
            repairs: string[];
        };
        /**
         * SetupFigures
         * @description A way to string up for the song.
         */
        SetupFigures: {
            /**
             * Tuning
             * @description Name of the tuning.
             */
            tuning: string;
            /**
             * Capo
             * @description Fret that the capo lies on.
             */
            capo: number;
            /**
             * Cost Ratio
             * @description What the hand's way costs by our weights, beside the chosen neck, which has 1: an order, not a measure.
             */
            cost_ratio: number;
            /**
             * N Left Out
             * @description Notes that it leaves out.
             */
            n_left_out: number;
        };
        /**
         * SlotAim
         * @description What was aimed at in a section.
         */
        SlotAim: {
            /**
             * Energy Share
             * @description Which part of all phrases shall be fainter than what plays.
             */
            energy_share: number;
            /**
             * Wants Lead
             * @description Whether a lead is asked for.
             */
            wants_lead: boolean;
            /**
             * Turn
             * @description The song whose turn it is to lead; absent where any may.
             * @default null
             */
            turn: string | null;
        };
        /**
         * SongCard
         * @description What a song brings along.
         */
        SongCard: {
            /**
             * Songid
             * @description Its letter.
             */
            songId: string;
            /**
             * Name
             * @description Its name.
             */
            name: string;
            /**
             * Duration S
             * @description Its length.
             */
            duration_s: number;
            /**
             * Tempo Bpm
             * @description Its tempo.
             */
            tempo_bpm: number;
            /**
             * Tempo Confidence
             * @description 0 to 1.
             */
            tempo_confidence: number;
            /**
             * Is Steady
             * @description Whether it was played to a click; where not, its beats are moved one by one.
             */
            is_steady: boolean;
            /**
             * Metre
             * @description Its time signature.
             */
            metre: string;
            /**
             * N Bars
             * @description Its bars.
             */
            n_bars: number;
            /**
             * Key
             * @description Its key; absent where it has none.
             */
            key: string | null;
            /**
             * Camelot
             * @description Its key on the wheel of DJs, such as 8A; to be shown, not to be judged by.
             */
            camelot: string | null;
            /**
             * Energy 1 10
             * @description Energy of its middle phrase, where 1 is its own faintest and 10 its own most energetic.
             */
            energy_1_10: number;
            /**
             * Vocal Share
             * @description Part of its bars in which the vocal stem sounds.
             */
            vocal_share: number;
            /**
             * Stems Grade
             * @description How far its stems can be trusted: good, fair, poor or absent; none where nobody knows.
             */
            stems_grade: string | null;
            /**
             * Doubts
             * @description What its analysis is not sure of: a mashup stands or falls with it.
             * @default []
             */
            doubts: components["schemas"]["SongDoubt"][];
            /**
             * Warnings
             * @description What to know before using it; of a mashup's songs the doubts too, each with the correction that settles it.
             */
            warnings: string[];
        };
        /**
         * SongDoubt
         * @description What the analysis of a song is not sure of, and what to tell of the song to have it otherwise.
         */
        SongDoubt: {
            /**
             * About
             * @description What is doubtful.
             * @enum {string}
             */
            about: "tempo" | "metre" | "beats" | "bars" | "key";
            /**
             * Text
             * @description What was heard, and what it may be instead.
             */
            text: string;
            /**
             * Tempo Bpm
             * @description The tempo that a correction tells; absent where it tells something else.
             * @default null
             */
            tempo_bpm: number | null;
            /**
             * First Beat S
             * @description The first beat that a correction tells; absent where it tells something else.
             * @default null
             */
            first_beat_s: number | null;
            /**
             * Metre
             * @description The time signature that a correction tells; absent where it tells something else.
             * @default null
             */
            metre: ("2/4" | "3/4" | "4/4" | "6/8") | null;
        };
        /**
         * SongGrid
         * @description What rendering must know of a song.
         */
        SongGrid: {
            /**
             * Songid
             * @description Its letter.
             */
            songId: string;
            /**
             * Name
             * @description Its name.
             */
            name: string;
            /**
             * Duration S
             * @description Its length.
             */
            duration_s: number;
            /**
             * Beats S
             * @description Its beats.
             */
            beats_s: number[];
            /**
             * Downbeats
             * @description Which of the beats begin a bar.
             */
            downbeats: number[];
            /**
             * Is Steady
             * @description Whether its beats lie on one even grid.
             */
            is_steady: boolean;
            /**
             * Loudness Lufs
             * @description Loudness of all its stems together; absent in silence.
             */
            loudness_lufs: number | null;
        };
        /**
         * SongMatch
         * @description A song's voice over another's instruments.
         */
        SongMatch: {
            /**
             * Lead
             * @description Letter of the song whose voice is taken.
             */
            lead: string;
            /**
             * Backing
             * @description Letter of the song whose instruments are taken.
             */
            backing: string;
            /**
             * Score Percent
             * @description Mean of the best phrases' scores.
             */
            score_percent: number;
            /**
             * Shift Semitones
             * @description By how much the lead is best moved in pitch, against the backing.
             */
            shift_semitones: number;
            /**
             * Tempo Change Percent
             * @description By how much the tempi differ, counted as suits best.
             */
            tempo_change_percent: number;
            /** @description Of what the score is made. */
            parts: components["schemas"]["MatchParts"];
            /** @description The best pair of phrases; absent where a song has none to give. */
            best: components["schemas"]["PairScore"] | null;
            /**
             * Reasons
             * @description What the score comes from, in words.
             */
            reasons: string[];
            /**
             * Warnings
             * @description What will be heard of the differences.
             */
            warnings: string[];
            /**
             * Recommendations
             * @description What to do about them.
             */
            recommendations: string[];
        };
        /**
         * Speed
         * @description How long it took.
         */
        Speed: {
            /**
             * Wall S
             * @description Time from start to the written files.
             */
            wall_s: number;
            /**
             * Cpu S
             * @description Processor time of this process.
             */
            cpu_s: number;
            /**
             * Real Time Ratio
             * @description Length of the song by processor time.
             */
            real_time_ratio: number;
        };
        /**
         * StageNote
         * @description What one stage did, and why.
         */
        StageNote: {
            /**
             * Stage
             * @description Name of the stage.
             */
            stage: string;
            /**
             * Text
             * @description What it did and why, in plain words.
             */
            text: string;
        };
        /**
         * Stem
         * @description One stem.
         */
        Stem: {
            /**
             * Name
             * @description Which.
             * @enum {string}
             */
            name: "drums" | "bass" | "other" | "vocals" | "instrumental" | "harmonic" | "percussive";
            /**
             * File
             * Format: asset
             * @description The sound file.
             */
            file: string;
            /**
             * Tier
             * @description The tier that made it.
             * @enum {string}
             */
            tier: "draft" | "model";
            /**
             * Model
             * @description Name of the network, or of the method.
             */
            model: string;
            /**
             * Model Sha256
             * @description Hash of the network's weights; none where there is no network.
             */
            model_sha256: string | null;
            /** @description How far it can be trusted. */
            quality: components["schemas"]["StemQuality"];
            /**
             * Share Percent
             * @description Its energy as a part of that of all four stems.
             */
            share_percent: number;
            /**
             * Integrated Lufs
             * @description Loudness; absent if nothing is louder than -70 LUFS for 0.4 s.
             */
            integrated_lufs: number | null;
            /**
             * Peak Dbfs
             * @description Highest sample; absent in silence.
             */
            peak_dbfs: number | null;
        };
        /**
         * StemQuality
         * @description How far a stem can be trusted.
         */
        StemQuality: {
            /**
             * Grade
             * @description Good: fit to be heard alone. Fair: fit in a mix. Poor: full of the others. Absent: hardly anything is in it, or
             *     nothing that sounds like a voice in the vocals.
             */
            grade: ("good" | "fair" | "poor" | "absent") | null;
            /**
             * Estimated Sdr Db
             * @description Estimated signal-to-distortion ratio against the true stem; none where the network says nothing about it.
             */
            estimated_sdr_db: number | null;
            /**
             * Confidence
             * @description 0 to 1: how far the estimate itself can be trusted.
             */
            confidence: number;
        };
        /**
         * StretchParams
         * @description Change tempo and pitch, each without the other, or bring a drifting take onto a grid.
         *
         *     Both in one pass; the stereo image is kept. Name a speed or the tempo that the song shall have, a move in pitch, or
         *     that it shall come onto a grid: without any of them it is refused.
         */
        StretchParams: {
            /**
             * File
             * Format: asset
             * @description The sound file, mono or stereo.
             */
            file: string;
            /**
             * Speed Percent
             * @description How fast it plays: 50 is half the tempo, 200 twice.
             * @default 100
             */
            speed_percent: number;
            /**
             * Target Tempo Bpm
             * @description The tempo that it shall have, instead of a speed; its own is listened for.
             * @default null
             */
            target_tempo_bpm: number | null;
            /**
             * Pitch Semitones
             * @description How far the pitch moves; 0.5 is a quarter tone.
             * @default 0
             */
            pitch_semitones: number;
            /**
             * Onto Grid
             * @description Bring each beat to its place on an even grid: a performance that drifts becomes one played to a click.
             * @default false
             */
            onto_grid: boolean;
            /**
             * Engine
             * @description What stretches; Rubber Band is a program that must be installed.
             * @default signalsmith
             * @enum {string}
             */
            engine: "signalsmith" | "rubberband";
            /**
             * Format
             * @description File to write: WAV with 32-bit floating point, or FLAC with 24 bits.
             * @default wav
             * @enum {string}
             */
            format: "wav" | "flac";
        };
        /**
         * StretchResult
         * @description The stretched song.
         */
        StretchResult: {
            /**
             * File
             * Format: asset
             * @description The new sound file.
             */
            file: string;
            /**
             * Rate Percent
             * @description How fast it plays, on average.
             */
            rate_percent: number;
            /**
             * Pitch Semitones
             * @description How far the pitch moved.
             */
            pitch_semitones: number;
            /**
             * Tempo Before Bpm
             * @description Tempo that was heard, where it was listened for.
             */
            tempo_before_bpm: number | null;
            /**
             * Tempo After Bpm
             * @description Tempo that it has now, where it was listened for.
             */
            tempo_after_bpm: number | null;
            /**
             * N Beats Moved
             * @description Beats that were brought onto the grid.
             */
            n_beats_moved: number;
            /**
             * Largest Move Ms
             * @description How far the farthest of them was from an even grid.
             */
            largest_move_ms: number;
            /**
             * Duration S
             * @description New length.
             */
            duration_s: number;
            /**
             * Engine
             * @description What stretched it.
             */
            engine: string;
            /**
             * Gain Db
             * @description By how much it was turned down to fit into whole numbers; 0 in floating point.
             */
            gain_db: number;
            /**
             * Warnings
             * @description What will be heard of it, or could not be done.
             */
            warnings: string[];
        };
        /**
         * TabEdit
         * @description One thing that a player changes by hand; what it does not name is solved again around it.
         */
        TabEdit: {
            /**
             * Kind
             * @description Lock a note to a string and fret, give it another pitch, delete it, add one, or move the hand for a while.
             * @enum {string}
             */
            kind: "place" | "pitch" | "delete" | "add" | "hand";
            /**
             * Note
             * @description Name of the note, as in the result; for "place", "pitch" and "delete".
             * @default null
             */
            note: string | null;
            /**
             * String
             * @description String from 1, the one nearest the floor; for "place", and for "add" if you like: the note then goes to the fret
             *     of it that sounds its pitch, or anywhere where there is none.
             * @default null
             */
            string: number | null;
            /**
             * Fret
             * @description Fret from the capo; with a string, for "add" and for "place" without midi only one that sounds the note's pitch;
             *     or for "hand" the fret under the index finger.
             * @default null
             */
            fret: number | null;
            /**
             * Start S
             * @description Beginning, within the song; for "add" and "hand".
             * @default null
             */
            start_s: number | null;
            /**
             * End S
             * @description End, at most a minute after the song's; for "add" and "hand".
             * @default null
             */
            end_s: number | null;
            /**
             * Midi
             * @description Pitch as in the recording; for "add", "pitch", and for "place" if you like: the note then takes this pitch, on
             *     that string if it can, also when the neck is strung or the song transposed otherwise.
             * @default null
             */
            midi: number | null;
            /**
             * Velocity
             * @description How hard the note is struck; for "add".
             * @default 96
             */
            velocity: number;
        };
        /**
         * TabNote
         * @description A note as it was played, and where it is written.
         */
        TabNote: {
            /**
             * Name
             * @description Stays the same from one transcription of the song to the next, whatever is changed; edits name notes by it.
             */
            name: string;
            /**
             * Onset S
             * @description When it begins to sound.
             */
            onset_s: number;
            /**
             * Offset S
             * @description When it ends.
             */
            offset_s: number;
            /**
             * Midi
             * @description Pitch.
             */
            midi: number;
            /**
             * Velocity
             * @description 1 (softest) to 127.
             */
            velocity: number;
            /**
             * Confidence
             * @description 0 to 1: how likely it was played; 1 for those added, or given their pitch, by hand.
             */
            confidence: number;
            /**
             * Is Doubtful
             * @description Whether it is about as likely to be wrong as right, or more; so is all that was heard where neither a beat nor a
             *     key was found, however much it sounds played.
             */
            is_doubtful: boolean;
            /**
             * Onset Quarters
             * @description Where it is written, in quarters from the first bar, as a fraction such as "7/2".
             */
            onset_quarters: string;
            /**
             * Duration Quarters
             * @description How long it is written, as a fraction.
             */
            duration_quarters: string;
            /**
             * String
             * @description String from 1; absent where there is no neck, or no place for it.
             */
            string: number | null;
            /**
             * Fret
             * @description Fret from the capo.
             */
            fret: number | null;
            /**
             * Hand Fret
             * @description Fret under the index finger.
             */
            hand_fret: number | null;
            /**
             * Is Locked
             * @description Whether the player chose the place.
             */
            is_locked: boolean;
            /**
             * Techniques
             * @description How it is shaped: hammer_on, pull_off, slide, bend or vibrato.
             */
            techniques: string[];
            /**
             * Bend Confidence
             * @description 0 to 1: how likely its bend is one, and no slide or note struck anew; absent without a bend.
             */
            bend_confidence: number | null;
            /**
             * Is Bend Doubtful
             * @description Whether about every third bend that is no surer is none.
             */
            is_bend_doubtful: boolean;
        };
        /**
         * Tempo
         * @description How fast the song is.
         */
        Tempo: {
            /**
             * Tempo Bpm
             * @description Beats a minute: of the grid where the song is steady, else the median.
             */
            tempo_bpm: number;
            /**
             * Confidence
             * @description 0 to 1: how far this tempo stands out from all others; 1 where beats were found near the tempo that was told,
             *     0 where none were and beats are counted evenly at it.
             */
            confidence: number;
            /**
             * Is Told
             * @description Whether the player told it.
             */
            is_told: boolean;
            /**
             * Alternatives
             * @description Other tempos that fit, the best first.
             */
            alternatives: components["schemas"]["TempoAlternative"][];
            /**
             * Is Steady
             * @description Whether all beats lie on one even grid, as in a song played to a click, or counted evenly as told.
             */
            is_steady: boolean;
            /**
             * Error Percent
             * @description Standard error of the tempo where it is steady.
             */
            error_percent: number | null;
            /**
             * Scatter Ms
             * @description Median distance of the heard onsets from the beats that they were taken for; absent where beats are counted
             *     evenly at the tempo that was told, wherever onsets lie.
             */
            scatter_ms: number | null;
        };
        /**
         * TempoAlternative
         * @description Another tempo that fits.
         */
        TempoAlternative: {
            /**
             * Tempo Bpm
             * @description Beats a minute.
             */
            tempo_bpm: number;
            /**
             * Weight
             * @description How well it fits beside the chosen one, which has 1.
             */
            weight: number;
            /**
             * Relation
             * @description What it is to the chosen one: half, double, two thirds, three halves, third, triple or other.
             */
            relation: string;
        };
        /**
         * TempoPoint
         * @description Tempo from a moment on.
         */
        TempoPoint: {
            /**
             * Time S
             * @description When.
             */
            time_s: number;
            /**
             * Tempo Bpm
             * @description Beats a minute.
             */
            tempo_bpm: number;
        };
        /**
         * TheoryFigures
         * @description What the harmony does.
         */
        TheoryFigures: {
            /**
             * Paragraph
             * @description The same in plain language.
             */
            paragraph: string;
            /**
             * Confidence
             * @description 0 to 1: mean over the chords.
             */
            confidence: number;
            /**
             * Is Doubtful
             * @description Whether that is so low that all of this may be wrong.
             */
            is_doubtful: boolean;
            /**
             * Is Implied
             * @description Whether a single line sounds, so that the chords are guesses at what it implies; no file holds them then.
             */
            is_implied: boolean;
            /**
             * Form
             * @description A letter for each section, the same for the same music; empty where no sections are known.
             */
            form: string;
            /**
             * Chords
             * @description Chords with their numerals.
             */
            chords: components["schemas"]["NumeralFigures"][];
            /**
             * Cadences
             * @description Ends of phrases.
             */
            cadences: components["schemas"]["CadenceFigures"][];
            /**
             * Modulations
             * @description Changes of key.
             */
            modulations: components["schemas"]["ModulationFigures"][];
            /**
             * Sections
             * @description What to play over each section.
             */
            sections: components["schemas"]["SectionTheory"][];
        };
        /**
         * TimelineSection
         * @description A section of the mashup: one slot of the planner.
         */
        TimelineSection: {
            /**
             * Time Start Sec
             * @description Where it begins.
             */
            time_start_sec: number;
            /**
             * Duration Sec
             * @description How long it lasts.
             */
            duration_sec: number;
            /**
             * Description
             * @description What happens in it, in a sentence.
             * @default
             */
            description: string;
            /**
             * Energy Level
             * @description 1 for the faintest, 10 for the most energetic: half from how its phrases stand in their own songs, half from how
             *     loud the section is.
             */
            energy_level: number;
            /**
             * Layers
             * @description What sounds in it.
             */
            layers: components["schemas"]["Layer"][];
            /**
             * Level Lu
             * @description How loud it is before mastering, beside a section of full energy; absent where it is as loud as its layers are.
             *     What a layer lacks the others make up for, but for what ``volume_db`` says of all of a song's.
             * @default null
             */
            level_lu: number | null;
            /**
             * Label
             * @description Its part in the form, such as intro, verse or chorus.
             */
            label: string;
            /**
             * Start Bar
             * @description Bar of the plan that it begins with, from 0.
             */
            start_bar: number;
            /**
             * N Bars
             * @description Length in bars.
             */
            n_bars: number;
            /**
             * Lead
             * @description The phrase whose voice leads; absent where none does.
             * @default null
             */
            lead: string | null;
            /**
             * Backing
             * @description The phrase whose instruments play; "?" in a plan that is given asks for this section to be planned again,
             *     with its lead if that is given.
             */
            backing: string;
            /**
             * Drums
             * @description The phrase that lends its drums, where they are another song's.
             * @default null
             */
            drums: string | null;
            /**
             * Score Percent
             * @description How well lead and backing go together; absent where there is no lead or it sings over its own backing.
             * @default null
             */
            score_percent: number | null;
        };
        /**
         * Track
         * @description One stem of one song all through the mashup.
         */
        Track: {
            /**
             * Songid
             * @description Letter of the song.
             */
            songId: string;
            /**
             * Stem
             * @description Which of its stems.
             * @enum {string}
             */
            stem: "drums" | "bass" | "other" | "vocals";
            /**
             * File
             * Format: asset
             * @description The sound; it begins with the mashup.
             */
            file: string;
        };
        /**
         * TranscribeParams
         * @description Turn a recording into notes, a tab or score, and files of it.
         *
         *     Notes, beats and fingering come with what is doubtful or could not be taken. The performance is kept as it was
         *     played beside the written music.
         */
        TranscribeParams: {
            /**
             * File
             * Format: asset
             * @description The sound file: a song, or better a stem of it with one instrument.
             */
            file: string;
            /**
             * Instrument
             * @description Who plays: sets range, thresholds and neck. Voice and bass are heard as single voices; of drums, kick, snare and
             *     hi-hat are told apart.
             * @default guitar
             * @enum {string}
             */
            instrument: "guitar" | "bass" | "ukulele" | "piano" | "voice" | "drums" | "any";
            /**
             * Voices
             * @description Hear a single voice, or chords; the instrument decides where you do not.
             * @default auto
             * @enum {string}
             */
            voices: "auto" | "one" | "many";
            /**
             * Sensitivity Percent
             * @description How faint a note may be: less gives fewer false notes, more gives fewer missed ones.
             * @default 50
             */
            sensitivity_percent: number;
            /**
             * Tuning
             * @description A name such as "drop D", or strings such as EADGBE, the lowest first; the usual ones where not given.
             * @default null
             */
            tuning: string | null;
            /**
             * Capo
             * @description Fret that the capo lies on.
             * @default 0
             */
            capo: number;
            /**
             * N Frets
             * @description Frets on the neck.
             * @default 22
             */
            n_frets: number;
            /**
             * Style
             * @description How the hand likes to play. Where there is no neck, this is refused, as are tuning, capo, n_frets, difficulty and
             *     the notation "tab".
             * @default any
             * @enum {string}
             */
            style: "any" | "open" | "position" | "power-chord";
            /**
             * Transpose Semitones
             * @description How much higher than the recording everything is written.
             * @default 0
             */
            transpose_semitones: number;
            /**
             * Difficulty
             * @description How much is asked of the hand; what an easier tab leaves out is listed.
             * @default full
             * @enum {string}
             */
            difficulty: "easy" | "medium" | "full";
            /**
             * Suggest Setups
             * @description Compare tunings and capos, and tell which are easiest; of those that sound alike, the plainest.
             * @default false
             */
            suggest_setups: boolean;
            /**
             * Smallest
             * @description The smallest note value to write.
             * @default 1/16
             * @enum {string}
             */
            smallest: "1/4" | "1/8" | "1/16" | "1/32";
            /**
             * Triplets
             * @description Whether beats may be divided by three.
             * @default true
             */
            triplets: boolean;
            /**
             * Notation
             * @description What svg, pdf and musicxml files show: tab, standard notation or both. In musicxml with both, the tab is a part
             *     of its own that is not played.
             * @default both
             * @enum {string}
             */
            notation: "tab" | "standard" | "both";
            /**
             * Tempo Bpm
             * @description Tempo, where you know better.
             * @default null
             */
            tempo_bpm: number | null;
            /**
             * First Beat S
             * @description Where the first beat of a bar lies, within the song, where you know better.
             * @default null
             */
            first_beat_s: number | null;
            /**
             * Metre
             * @description Time signature, where you know better.
             * @default null
             */
            metre: ("2/4" | "3/4" | "4/4" | "6/8") | null;
            /**
             * Tempo Factor
             * @description Count the beats half or twice as fast as they were found, or as tempo_bpm tells; at most 400 BPM.
             * @default same
             * @enum {string}
             */
            tempo_factor: "half" | "same" | "double";
            /**
             * Edits
             * @description What you change by hand, from first to last, by kind: "place" locks a note to a place that sounds its pitch
             *     (note, string, fret; with midi, it takes that pitch), "pitch" gives it another pitch (note, midi), "delete" takes it
             *     away (note), "add" adds one (start_s, end_s, midi; string, fret and velocity if you like), "hand" moves the hand for
             *     a while (start_s, end_s, fret). Notes are named as in the result. For example {"kind": "place", "note": "64@1200",
             *     "string": 2, "fret": 5}.
             * @default []
             */
            edits: components["schemas"]["TabEdit"][];
            /**
             * Format
             * @description Files to write; those that the music cannot be written in are told, not made. MIDI begins when the recording
             *     does, and each note sounds in it when it was played. A draft makes those alone that are text.
             * @default [
             *       "midi",
             *       "gp5",
             *       "musicxml",
             *       "alphatex",
             *       "ascii",
             *       "chordpro",
             *       "json"
             *     ]
             */
            format: ("midi" | "gp5" | "musicxml" | "alphatex" | "ascii" | "chordpro" | "json" | "svg" | "pdf")[];
            /**
             * Title
             * @description For the top of the page; where not given, the title in the file's tags, or else its name.
             * @default null
             */
            title: string | null;
            /**
             * Artist
             * @description For the top of the page.
             * @default null
             */
            artist: string | null;
        };
        /**
         * TranscribeResult
         * @description The song as notes, tab and files.
         */
        TranscribeResult: {
            /**
             * Name
             * @description Name of the song.
             */
            name: string;
            /**
             * Instrument
             * @description Who plays.
             * @enum {string}
             */
            instrument: "guitar" | "bass" | "ukulele" | "piano" | "voice" | "drums" | "any";
            /**
             * Engine
             * @description What heard the notes.
             * @enum {string}
             */
            engine: "polyphonic" | "monophonic" | "drums";
            /**
             * Duration S
             * @description Length.
             */
            duration_s: number;
            /**
             * Tempo Bpm
             * @description Beats a minute; absent where no beat was found and the bars are counted at 120.
             */
            tempo_bpm: number | null;
            /**
             * Tempo Confidence
             * @description 0 to 1.
             */
            tempo_confidence: number;
            /**
             * Key
             * @description Tonic and mode; absent where none was found.
             */
            key: string | null;
            /**
             * Key Confidence
             * @description 0 to 1.
             */
            key_confidence: number;
            /**
             * Time Signature
             * @description Such as 4/4.
             */
            time_signature: string;
            /**
             * Swing Percent
             * @description Where the second of two eighths falls; absent where they are straight.
             */
            swing_percent: number | null;
            /**
             * Tuning
             * @description Open strings, lowest-placed first; absent where there is no neck.
             */
            tuning: string | null;
            /**
             * Capo
             * @description Fret that the capo lies on.
             */
            capo: number;
            /**
             * Transpose Semitones
             * @description How much higher than the recording everything is written: notes, key, chords.
             */
            transpose_semitones: number;
            /**
             * N Notes
             * @description How many notes there are.
             */
            n_notes: number;
            /**
             * N Doubtful
             * @description How many of them are doubtful.
             */
            n_doubtful: number;
            /**
             * Notes
             * @description The notes, in order of time.
             */
            notes: components["schemas"]["TabNote"][];
            /**
             * Unfingered
             * @description Notes that were heard but are not in the tab or score; MIDI holds them.
             */
            unfingered: components["schemas"]["UnfingeredNote"][];
            /**
             * Bars
             * @description The bars.
             */
            bars: components["schemas"]["WrittenBar"][];
            /**
             * Setups
             * @description Other tunings and capos, the easiest first, where they were asked for.
             */
            setups: components["schemas"]["SetupFigures"][];
            /** @description What the harmony does; absent where there are no beats, chords or key. */
            theory: components["schemas"]["TheoryFigures"] | null;
            /**
             * Files
             * @description The files.
             */
            files: components["schemas"]["WrittenFile"][];
            /**
             * Warnings
             * @description What is doubtful, missing or was not followed, and why.
             */
            warnings: string[];
        };
        /**
         * UnfingeredNote
         * @description A note that no hand could take together with the others.
         */
        UnfingeredNote: {
            /**
             * Name
             * @description The note.
             */
            name: string;
            /**
             * Time S
             * @description When it begins.
             */
            time_s: number;
            /**
             * Midi
             * @description Pitch.
             */
            midi: number;
            /**
             * Reason
             * @description Why: out of range, same pitch twice, no string free, out of reach, simplified, string taken at that place; or,
             *     without a neck, same pitch again too soon to be written.
             */
            reason: string;
        };
        /**
         * WaveformLevel
         * @description The waveform at one resolution.
         */
        WaveformLevel: {
            /**
             * File
             * Format: asset
             * @description Extremes in the layout of BBC audiowaveform's data format, version 2.
             */
            file: string;
            /**
             * Samples Per Pixel
             * @description Samples of the listening copy that each point stands for.
             */
            samples_per_pixel: number;
            /**
             * N Points
             * @description How many points there are.
             */
            n_points: number;
        };
        /**
         * WaveformPeaks
         * @description Outline of the waveform, all channels together; full scale is 100.
         */
        WaveformPeaks: {
            /**
             * Hop S
             * @description How long each point stands for.
             */
            hop_s: number;
            /**
             * Lowest Percent
             * @description Lowest samples.
             */
            lowest_percent: number[];
            /**
             * Highest Percent
             * @description Highest samples.
             */
            highest_percent: number[];
        };
        /**
         * WidthParams
         * @description Stereo image.
         */
        WidthParams: {
            /**
             * Enabled
             * @description Change the stereo width.
             * @default true
             */
            enabled: boolean;
            /**
             * Width Percent
             * @description Level of the side signal: 100 leaves it, 0 is mono.
             * @default null
             */
            width_percent: number | null;
            /**
             * Mono Below Hz
             * @description Below this frequency the image narrows to mono; 0 leaves the bass alone.
             * @default null
             */
            mono_below_hz: number | null;
            /**
             * Min Correlation
             * @description Correlation guard: widening stops before the whole song's correlation falls below this.
             * @default 0.1
             */
            min_correlation: number;
        };
        /**
         * WrittenBar
         * @description A bar of the written music.
         */
        WrittenBar: {
            /**
             * Start S
             * @description When it begins in the recording.
             */
            start_s: number;
            /**
             * Tempo Bpm
             * @description Quarters a minute.
             */
            tempo_bpm: number;
            /**
             * Section
             * @description Name of a section that begins here, its letter where the name is less than half sure, "section" where it has
             *     none; empty if none begins.
             */
            section: string;
            /**
             * Chords
             * @description Places in quarters from the bar's beginning, as fractions, with chords in Harte's syntax; none where a single
             *     line only implies them.
             */
            chords: [
                string,
                string
            ][];
        };
        /**
         * WrittenFile
         * @description A file of the transcription.
         */
        WrittenFile: {
            /**
             * Format
             * @description What it is.
             * @enum {string}
             */
            format: "midi" | "gp5" | "musicxml" | "alphatex" | "ascii" | "chordpro" | "json" | "svg" | "pdf";
            /**
             * File
             * Format: asset
             * @description The file.
             */
            file: string;
        };
        /**
         * AlbumJobAsk
         * @description What a job shall do.
         */
        AlbumJobAsk: {
            params: components["schemas"]["AlbumParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * AnalyzeJobAsk
         * @description What a job shall do.
         */
        AnalyzeJobAsk: {
            params: components["schemas"]["AnalyzeParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * DemoJobAsk
         * @description What a job shall do.
         */
        DemoJobAsk: {
            params: components["schemas"]["DemoParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * FetchJobAsk
         * @description What a job shall do.
         */
        FetchJobAsk: {
            params: components["schemas"]["FetchParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * FollowJobAsk
         * @description What a job shall do.
         */
        FollowJobAsk: {
            params: components["schemas"]["FollowParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * ListenJobAsk
         * @description What a job shall do.
         */
        ListenJobAsk: {
            params: components["schemas"]["ListenParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * PhrasesJobAsk
         * @description What a job shall do.
         */
        PhrasesJobAsk: {
            params: components["schemas"]["PhrasesParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * MashPlanJobAsk
         * @description What a job shall do.
         */
        MashPlanJobAsk: {
            params: components["schemas"]["MashPlanParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * MashPreviewJobAsk
         * @description What a job shall do.
         */
        MashPreviewJobAsk: {
            params: components["schemas"]["MashPreviewParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * MashRenderJobAsk
         * @description What a job shall do.
         */
        MashRenderJobAsk: {
            params: components["schemas"]["MashRenderParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * MashSectionJobAsk
         * @description What a job shall do.
         */
        MashSectionJobAsk: {
            params: components["schemas"]["MashSectionParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * MashTalkJobAsk
         * @description What a job shall do.
         */
        MashTalkJobAsk: {
            params: components["schemas"]["MashTalkParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * MashupJobAsk
         * @description What a job shall do.
         */
        MashupJobAsk: {
            params: components["schemas"]["MashupParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * MasterJobAsk
         * @description What a job shall do.
         */
        MasterJobAsk: {
            params: components["schemas"]["MasterParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * MatchJobAsk
         * @description What a job shall do.
         */
        MatchJobAsk: {
            params: components["schemas"]["MatchParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * MeasureJobAsk
         * @description What a job shall do.
         */
        MeasureJobAsk: {
            params: components["schemas"]["MeasureParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * ObserveJobAsk
         * @description What a job shall do.
         */
        ObserveJobAsk: {
            params: components["schemas"]["ObserveParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * PrepareJobAsk
         * @description What a job shall do.
         */
        PrepareJobAsk: {
            params: components["schemas"]["PrepareParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * PresetsJobAsk
         * @description What a job shall do.
         */
        PresetsJobAsk: {
            params: components["schemas"]["PresetsParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * SeparateJobAsk
         * @description What a job shall do.
         */
        SeparateJobAsk: {
            params: components["schemas"]["SeparateParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * StretchJobAsk
         * @description What a job shall do.
         */
        StretchJobAsk: {
            params: components["schemas"]["StretchParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * TranscribeJobAsk
         * @description What a job shall do.
         */
        TranscribeJobAsk: {
            params: components["schemas"]["TranscribeParams"];
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read; by default the name of the first material.
             */
            label?: string | null;
            /**
             * Base Version
             * @description The version of the song that this was made from, or "none" if it had none: refused (`REVISION_OUTDATED`) if the
             *     capability has made a newer one by now, or when the job is done. What comes out becomes the newest version.
             */
            base_version?: string | null;
        };
        /**
         * AnalyzeBatchAsk
         * @description Many pieces of work by the same capability, as one job.
         */
        AnalyzeBatchAsk: {
            /**
             * Items
             * @description The parameters in which the pieces differ.
             */
            items: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file.
                 */
                file?: string;
                /**
                 * Tempo Bpm
                 * @description Tempo, where you know better: half or twice of what is found counts the same beats so; else beats are looked for
                 *     within 4 % of it, or counted evenly at it, and what was found without it is told.
                 * @default null
                 */
                tempo_bpm: number | null;
                /**
                 * First Beat S
                 * @description Where the first beat of a bar lies, where you know better.
                 * @default null
                 */
                first_beat_s: number | null;
                /**
                 * Metre
                 * @description Time signature, where you know better.
                 * @default null
                 */
                metre: ("2/4" | "3/4" | "4/4" | "6/8") | null;
                /**
                 * Tempo Factor
                 * @description Count the beats half or twice as fast as they were found, or as tempo_bpm tells; at most 400 BPM.
                 * @default same
                 * @enum {string}
                 */
                tempo_factor: "half" | "same" | "double";
                /**
                 * Beat Model
                 * @description A network of your own that hears the beats, such as Beat This!, as an ONNX file. Nothing is downloaded.
                 * @default null
                 */
                beat_model: string | null;
                /**
                 * Beat Model Sha256
                 * @description The sha256 that this file must have, as its publisher states it.
                 * @default null
                 */
                beat_model_sha256: string | null;
                /**
                 * Accept Weights Licence
                 * @description Say that you have read the licence of the network; without it the work ends by showing what is known of it.
                 * @default false
                 */
                accept_weights_licence: boolean;
            }[];
            params?: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file.
                 */
                file?: string;
                /**
                 * Tempo Bpm
                 * @description Tempo, where you know better: half or twice of what is found counts the same beats so; else beats are looked for
                 *     within 4 % of it, or counted evenly at it, and what was found without it is told.
                 * @default null
                 */
                tempo_bpm: number | null;
                /**
                 * First Beat S
                 * @description Where the first beat of a bar lies, where you know better.
                 * @default null
                 */
                first_beat_s: number | null;
                /**
                 * Metre
                 * @description Time signature, where you know better.
                 * @default null
                 */
                metre: ("2/4" | "3/4" | "4/4" | "6/8") | null;
                /**
                 * Tempo Factor
                 * @description Count the beats half or twice as fast as they were found, or as tempo_bpm tells; at most 400 BPM.
                 * @default same
                 * @enum {string}
                 */
                tempo_factor: "half" | "same" | "double";
                /**
                 * Beat Model
                 * @description A network of your own that hears the beats, such as Beat This!, as an ONNX file. Nothing is downloaded.
                 * @default null
                 */
                beat_model: string | null;
                /**
                 * Beat Model Sha256
                 * @description The sha256 that this file must have, as its publisher states it.
                 * @default null
                 */
                beat_model_sha256: string | null;
                /**
                 * Accept Weights Licence
                 * @description Say that you have read the licence of the network; without it the work ends by showing what is known of it.
                 * @default false
                 */
                accept_weights_licence: boolean;
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read.
             */
            label?: string | null;
        };
        /**
         * FollowBatchAsk
         * @description Many pieces of work by the same capability, as one job.
         */
        FollowBatchAsk: {
            /**
             * Items
             * @description The parameters in which the pieces differ.
             */
            items: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file: one voice alone.
                 */
                file?: string;
            }[];
            params?: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file: one voice alone.
                 */
                file?: string;
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read.
             */
            label?: string | null;
        };
        /**
         * ListenBatchAsk
         * @description Many pieces of work by the same capability, as one job.
         */
        ListenBatchAsk: {
            /**
             * Items
             * @description The parameters in which the pieces differ.
             */
            items: {
                /**
                 * File
                 * Format: asset
                 * @description The song.
                 */
                file?: string;
                /**
                 * Tuning Cents
                 * @description How far its tuning lies from A = 440 Hz; it is heard as if it were in tune; times stay the song's.
                 * @default 0
                 */
                tuning_cents: number;
            }[];
            params?: {
                /**
                 * File
                 * Format: asset
                 * @description The song.
                 */
                file?: string;
                /**
                 * Tuning Cents
                 * @description How far its tuning lies from A = 440 Hz; it is heard as if it were in tune; times stay the song's.
                 * @default 0
                 */
                tuning_cents: number;
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read.
             */
            label?: string | null;
        };
        /**
         * PhrasesBatchAsk
         * @description Many pieces of work by the same capability, as one job.
         */
        PhrasesBatchAsk: {
            /**
             * Items
             * @description The parameters in which the pieces differ.
             */
            items: {
                /**
                 * File
                 * Format: asset
                 * @description The song.
                 */
                file?: string;
                /**
                 * Tier
                 * @description What takes the songs apart: the bundled network, or the network whose weights are given.
                 * @default draft
                 * @enum {string}
                 */
                tier: "draft" | "model";
                /**
                 * Weights
                 * @description The model tier's network; nothing is downloaded.
                 * @default null
                 */
                weights: string | null;
                /**
                 * Weights Sha256
                 * @description The sha256 that the file of weights must have.
                 * @default null
                 */
                weights_sha256: string | null;
                /**
                 * Accept Weights Licence
                 * @description Say that you have read the licence of the weights.
                 * @default false
                 */
                accept_weights_licence: boolean;
                /**
                 * Tempo Bpm
                 * @description Its tempo, where you know better.
                 * @default null
                 */
                tempo_bpm: number | null;
                /**
                 * First Beat S
                 * @description Where the first beat of a bar lies, where you know better.
                 * @default null
                 */
                first_beat_s: number | null;
                /**
                 * Metre
                 * @description Its time signature, where you know better.
                 * @default null
                 */
                metre: ("2/4" | "3/4" | "4/4" | "6/8") | null;
            }[];
            params?: {
                /**
                 * File
                 * Format: asset
                 * @description The song.
                 */
                file?: string;
                /**
                 * Tier
                 * @description What takes the songs apart: the bundled network, or the network whose weights are given.
                 * @default draft
                 * @enum {string}
                 */
                tier: "draft" | "model";
                /**
                 * Weights
                 * @description The model tier's network; nothing is downloaded.
                 * @default null
                 */
                weights: string | null;
                /**
                 * Weights Sha256
                 * @description The sha256 that the file of weights must have.
                 * @default null
                 */
                weights_sha256: string | null;
                /**
                 * Accept Weights Licence
                 * @description Say that you have read the licence of the weights.
                 * @default false
                 */
                accept_weights_licence: boolean;
                /**
                 * Tempo Bpm
                 * @description Its tempo, where you know better.
                 * @default null
                 */
                tempo_bpm: number | null;
                /**
                 * First Beat S
                 * @description Where the first beat of a bar lies, where you know better.
                 * @default null
                 */
                first_beat_s: number | null;
                /**
                 * Metre
                 * @description Its time signature, where you know better.
                 * @default null
                 */
                metre: ("2/4" | "3/4" | "4/4" | "6/8") | null;
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read.
             */
            label?: string | null;
        };
        /**
         * MasterBatchAsk
         * @description Many pieces of work by the same capability, as one job.
         */
        MasterBatchAsk: {
            /**
             * Items
             * @description The parameters in which the pieces differ.
             */
            items: {
                /**
                 * Mix
                 * Format: asset
                 * @description The song to master.
                 */
                mix?: string;
                /**
                 * Mode
                 * @description Where the targets come from: the song itself, a reference, or a blend; by default reference if one is given.
                 * @default null
                 */
                mode: ("adaptive" | "reference" | "hybrid") | null;
                /**
                 * Reference
                 * @description A finished song whose spectrum, loudness, width and dynamics the master follows.
                 * @default null
                 */
                reference: string | null;
                /**
                 * Preset
                 * @description Character of the master (see `tonmeister presets`).
                 * @default adaptive
                 */
                preset: string;
                /**
                 * Genre
                 * @description Genre whose tonal balance, loudness and dynamics are the target; by default the song decides.
                 * @default null
                 */
                genre: string | null;
                /**
                 * Platform
                 * @description Delivery platform whose loudness and ceiling are the target.
                 * @default null
                 */
                platform: string | null;
                /**
                 * Target Lufs
                 * @description Integrated loudness of the master; overrides platform, genre and reference.
                 * @default null
                 */
                target_lufs: number | null;
                /**
                 * Ceiling Dbtp
                 * @description True peak that is never exceeded; overrides the platform.
                 * @default null
                 */
                ceiling_dbtp: number | null;
                /**
                 * Amount Percent
                 * @description How far tone, dynamics and width move towards their targets; 0 changes loudness alone.
                 * @default null
                 */
                amount_percent: number | null;
                /**
                 * Max Gain Reduction Db
                 * @description The most limiting: 95 % of the loud passages (400 ms means) stay below it; a target that needs more is missed.
                 * @default null
                 */
                max_gain_reduction_db: number | null;
                /**
                 * Tier
                 * @description Quality tier: draft, standard or fine trade time for filter length and oversampling.
                 * @default standard
                 * @enum {string}
                 */
                tier: "draft" | "standard" | "fine";
                /**
                 * Format
                 * @description File formats to write.
                 * @default [
                 *       "wav"
                 *     ]
                 */
                format: ("wav" | "flac" | "mp3" | "ogg" | "opus" | "m4a")[];
                /**
                 * Bit Depth
                 * @description Bits per sample of lossless formats (32 is float); by default 24.
                 * @default null
                 */
                bit_depth: (16 | 24 | 32) | null;
                /**
                 * Sample Rate
                 * @description Sample rate of the master in Hz; by default the song's own.
                 * @default null
                 */
                sample_rate: (44100 | 48000 | 88200 | 96000 | 176400 | 192000) | null;
                /**
                 * Bitrate Kbps
                 * @description Bit rate of lossy formats; by default the best that each takes well.
                 * @default null
                 */
                bitrate_kbps: number | null;
                /**
                 * Check Codec
                 * @description Encode the master as a trial, decode it, and lower the ceiling until that does not clip.
                 * @default []
                 */
                check_codec: ("aac-128" | "aac-256" | "mp3-128" | "mp3-320" | "vorbis-96" | "vorbis-320" | "opus-96" | "opus-160")[];
                /**
                 * Fold Down
                 * @description Fold more than two channels down to stereo instead of refusing them.
                 * @default false
                 */
                fold_down: boolean;
                /**
                 * Report
                 * @description Write a report (HTML with pictures, and JSON) beside the master.
                 * @default true
                 */
                report: boolean;
                /**
                 * @default {
                 *       "enabled": true,
                 *       "phase": null,
                 *       "max_gain_db": null,
                 *       "tilt_db": null,
                 *       "rumble_hz": null
                 *     }
                 */
                eq: components["schemas"]["EqParams"];
                /**
                 * @default {
                 *       "enabled": true,
                 *       "deess_range_db": null,
                 *       "deess_hz": null,
                 *       "resonance_range_db": null
                 *     }
                 */
                dynamic_eq: components["schemas"]["DynamicEqParams"];
                /**
                 * @default {
                 *       "enabled": true,
                 *       "n_bands": null,
                 *       "crossovers_hz": null,
                 *       "ratio": null,
                 *       "threshold_db": null,
                 *       "range_db": null,
                 *       "attack_ms": null,
                 *       "release_ms": null
                 *     }
                 */
                compressor: components["schemas"]["CompressorParams"];
                /**
                 * @description Glue compressor.
                 * @default {
                 *       "enabled": true,
                 *       "ratio": null,
                 *       "threshold_db": null,
                 *       "range_db": null,
                 *       "attack_ms": null,
                 *       "release_ms": null
                 *     }
                 */
                glue: components["schemas"]["GlueParams"];
                /**
                 * @default {
                 *       "enabled": true,
                 *       "width_percent": null,
                 *       "mono_below_hz": null,
                 *       "min_correlation": 0.1
                 *     }
                 */
                width: components["schemas"]["WidthParams"];
                /**
                 * @description Saturation.
                 * @default {
                 *       "drive_db": null
                 *     }
                 */
                saturation: components["schemas"]["SaturationParams"];
                /**
                 * @default {
                 *       "lookahead_ms": null,
                 *       "hold_ms": null,
                 *       "release_ms": null,
                 *       "sustain_ms": null
                 *     }
                 */
                limiter: components["schemas"]["LimiterParams"];
                /**
                 * @default {
                 *       "kind": null
                 *     }
                 */
                dither: components["schemas"]["DitherParams"];
                /**
                 * Isrc
                 * @description ISRC to write into the master's tags.
                 * @default null
                 */
                isrc: string | null;
            }[];
            params?: {
                /**
                 * Mix
                 * Format: asset
                 * @description The song to master.
                 */
                mix?: string;
                /**
                 * Mode
                 * @description Where the targets come from: the song itself, a reference, or a blend; by default reference if one is given.
                 * @default null
                 */
                mode: ("adaptive" | "reference" | "hybrid") | null;
                /**
                 * Reference
                 * @description A finished song whose spectrum, loudness, width and dynamics the master follows.
                 * @default null
                 */
                reference: string | null;
                /**
                 * Preset
                 * @description Character of the master (see `tonmeister presets`).
                 * @default adaptive
                 */
                preset: string;
                /**
                 * Genre
                 * @description Genre whose tonal balance, loudness and dynamics are the target; by default the song decides.
                 * @default null
                 */
                genre: string | null;
                /**
                 * Platform
                 * @description Delivery platform whose loudness and ceiling are the target.
                 * @default null
                 */
                platform: string | null;
                /**
                 * Target Lufs
                 * @description Integrated loudness of the master; overrides platform, genre and reference.
                 * @default null
                 */
                target_lufs: number | null;
                /**
                 * Ceiling Dbtp
                 * @description True peak that is never exceeded; overrides the platform.
                 * @default null
                 */
                ceiling_dbtp: number | null;
                /**
                 * Amount Percent
                 * @description How far tone, dynamics and width move towards their targets; 0 changes loudness alone.
                 * @default null
                 */
                amount_percent: number | null;
                /**
                 * Max Gain Reduction Db
                 * @description The most limiting: 95 % of the loud passages (400 ms means) stay below it; a target that needs more is missed.
                 * @default null
                 */
                max_gain_reduction_db: number | null;
                /**
                 * Tier
                 * @description Quality tier: draft, standard or fine trade time for filter length and oversampling.
                 * @default standard
                 * @enum {string}
                 */
                tier: "draft" | "standard" | "fine";
                /**
                 * Format
                 * @description File formats to write.
                 * @default [
                 *       "wav"
                 *     ]
                 */
                format: ("wav" | "flac" | "mp3" | "ogg" | "opus" | "m4a")[];
                /**
                 * Bit Depth
                 * @description Bits per sample of lossless formats (32 is float); by default 24.
                 * @default null
                 */
                bit_depth: (16 | 24 | 32) | null;
                /**
                 * Sample Rate
                 * @description Sample rate of the master in Hz; by default the song's own.
                 * @default null
                 */
                sample_rate: (44100 | 48000 | 88200 | 96000 | 176400 | 192000) | null;
                /**
                 * Bitrate Kbps
                 * @description Bit rate of lossy formats; by default the best that each takes well.
                 * @default null
                 */
                bitrate_kbps: number | null;
                /**
                 * Check Codec
                 * @description Encode the master as a trial, decode it, and lower the ceiling until that does not clip.
                 * @default []
                 */
                check_codec: ("aac-128" | "aac-256" | "mp3-128" | "mp3-320" | "vorbis-96" | "vorbis-320" | "opus-96" | "opus-160")[];
                /**
                 * Fold Down
                 * @description Fold more than two channels down to stereo instead of refusing them.
                 * @default false
                 */
                fold_down: boolean;
                /**
                 * Report
                 * @description Write a report (HTML with pictures, and JSON) beside the master.
                 * @default true
                 */
                report: boolean;
                /**
                 * @default {
                 *       "enabled": true,
                 *       "phase": null,
                 *       "max_gain_db": null,
                 *       "tilt_db": null,
                 *       "rumble_hz": null
                 *     }
                 */
                eq: components["schemas"]["EqParams"];
                /**
                 * @default {
                 *       "enabled": true,
                 *       "deess_range_db": null,
                 *       "deess_hz": null,
                 *       "resonance_range_db": null
                 *     }
                 */
                dynamic_eq: components["schemas"]["DynamicEqParams"];
                /**
                 * @default {
                 *       "enabled": true,
                 *       "n_bands": null,
                 *       "crossovers_hz": null,
                 *       "ratio": null,
                 *       "threshold_db": null,
                 *       "range_db": null,
                 *       "attack_ms": null,
                 *       "release_ms": null
                 *     }
                 */
                compressor: components["schemas"]["CompressorParams"];
                /**
                 * @description Glue compressor.
                 * @default {
                 *       "enabled": true,
                 *       "ratio": null,
                 *       "threshold_db": null,
                 *       "range_db": null,
                 *       "attack_ms": null,
                 *       "release_ms": null
                 *     }
                 */
                glue: components["schemas"]["GlueParams"];
                /**
                 * @default {
                 *       "enabled": true,
                 *       "width_percent": null,
                 *       "mono_below_hz": null,
                 *       "min_correlation": 0.1
                 *     }
                 */
                width: components["schemas"]["WidthParams"];
                /**
                 * @description Saturation.
                 * @default {
                 *       "drive_db": null
                 *     }
                 */
                saturation: components["schemas"]["SaturationParams"];
                /**
                 * @default {
                 *       "lookahead_ms": null,
                 *       "hold_ms": null,
                 *       "release_ms": null,
                 *       "sustain_ms": null
                 *     }
                 */
                limiter: components["schemas"]["LimiterParams"];
                /**
                 * @default {
                 *       "kind": null
                 *     }
                 */
                dither: components["schemas"]["DitherParams"];
                /**
                 * Isrc
                 * @description ISRC to write into the master's tags.
                 * @default null
                 */
                isrc: string | null;
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read.
             */
            label?: string | null;
        };
        /**
         * MeasureBatchAsk
         * @description Many pieces of work by the same capability, as one job.
         */
        MeasureBatchAsk: {
            /**
             * Items
             * @description The parameters in which the pieces differ.
             */
            items: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file.
                 */
                file?: string;
                /**
                 * True Peak Oversampling
                 * @description Positions per sample at which the true peak is looked for; 16 reads up to 0.13 dB more than 8 near the top.
                 * @default 8
                 * @enum {integer}
                 */
                true_peak_oversampling: 4 | 8 | 16;
                /**
                 * Dual Mono
                 * @description Take a mono file for what two loudspeakers will play: 3 LU louder than the standard's single channel.
                 * @default false
                 */
                dual_mono: boolean;
            }[];
            params?: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file.
                 */
                file?: string;
                /**
                 * True Peak Oversampling
                 * @description Positions per sample at which the true peak is looked for; 16 reads up to 0.13 dB more than 8 near the top.
                 * @default 8
                 * @enum {integer}
                 */
                true_peak_oversampling: 4 | 8 | 16;
                /**
                 * Dual Mono
                 * @description Take a mono file for what two loudspeakers will play: 3 LU louder than the standard's single channel.
                 * @default false
                 */
                dual_mono: boolean;
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read.
             */
            label?: string | null;
        };
        /**
         * ObserveBatchAsk
         * @description Many pieces of work by the same capability, as one job.
         */
        ObserveBatchAsk: {
            /**
             * Items
             * @description The parameters in which the pieces differ.
             */
            items: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file.
                 */
                file?: string;
                /**
                 * Beat Model
                 * @description A network of your own that hears the beats too, as an ONNX file.
                 * @default null
                 */
                beat_model: string | null;
                /**
                 * Beat Model Sha256
                 * @description The sha256 that this file must have, as its publisher states it.
                 * @default null
                 */
                beat_model_sha256: string | null;
                /**
                 * Accept Weights Licence
                 * @description Say that you have read the licence of the network.
                 * @default false
                 */
                accept_weights_licence: boolean;
            }[];
            params?: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file.
                 */
                file?: string;
                /**
                 * Beat Model
                 * @description A network of your own that hears the beats too, as an ONNX file.
                 * @default null
                 */
                beat_model: string | null;
                /**
                 * Beat Model Sha256
                 * @description The sha256 that this file must have, as its publisher states it.
                 * @default null
                 */
                beat_model_sha256: string | null;
                /**
                 * Accept Weights Licence
                 * @description Say that you have read the licence of the network.
                 * @default false
                 */
                accept_weights_licence: boolean;
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read.
             */
            label?: string | null;
        };
        /**
         * PrepareBatchAsk
         * @description Many pieces of work by the same capability, as one job.
         */
        PrepareBatchAsk: {
            /**
             * Items
             * @description The parameters in which the pieces differ.
             */
            items: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file.
                 */
                file?: string;
            }[];
            params?: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file.
                 */
                file?: string;
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read.
             */
            label?: string | null;
        };
        /**
         * SeparateBatchAsk
         * @description Many pieces of work by the same capability, as one job.
         */
        SeparateBatchAsk: {
            /**
             * Items
             * @description The parameters in which the pieces differ.
             */
            items: {
                /**
                 * File
                 * Format: asset
                 * @description The song.
                 */
                file?: string;
                /**
                 * Stems
                 * @description Which stems to write; instrumental is all but the vocals, harmonic and percussive are tones and strokes.
                 * @default [
                 *       "drums",
                 *       "bass",
                 *       "other",
                 *       "vocals"
                 *     ]
                 */
                stems: ("drums" | "bass" | "other" | "vocals" | "instrumental" | "harmonic" | "percussive")[];
                /**
                 * Tier
                 * @description The bundled network, or the network whose weights are given.
                 * @default draft
                 * @enum {string}
                 */
                tier: "draft" | "model";
                /**
                 * Format
                 * @description WAV with 32-bit floating point, in which the stems add up to the song, or FLAC with 24 bits.
                 * @default wav
                 * @enum {string}
                 */
                format: "wav" | "flac";
                /**
                 * Weights
                 * @description The model tier's network: an ONNX file, or weights of Demucs (.th, .safetensors). Nothing is downloaded.
                 * @default null
                 */
                weights: string | null;
                /**
                 * Weights Sha256
                 * @description The sha256 that the file of weights must have, as its publisher states it.
                 * @default null
                 */
                weights_sha256: string | null;
                /**
                 * Accept Weights Licence
                 * @description Say that you have read the licence of the weights; without it the work ends by showing what is known of it.
                 * @default false
                 */
                accept_weights_licence: boolean;
            }[];
            params?: {
                /**
                 * File
                 * Format: asset
                 * @description The song.
                 */
                file?: string;
                /**
                 * Stems
                 * @description Which stems to write; instrumental is all but the vocals, harmonic and percussive are tones and strokes.
                 * @default [
                 *       "drums",
                 *       "bass",
                 *       "other",
                 *       "vocals"
                 *     ]
                 */
                stems: ("drums" | "bass" | "other" | "vocals" | "instrumental" | "harmonic" | "percussive")[];
                /**
                 * Tier
                 * @description The bundled network, or the network whose weights are given.
                 * @default draft
                 * @enum {string}
                 */
                tier: "draft" | "model";
                /**
                 * Format
                 * @description WAV with 32-bit floating point, in which the stems add up to the song, or FLAC with 24 bits.
                 * @default wav
                 * @enum {string}
                 */
                format: "wav" | "flac";
                /**
                 * Weights
                 * @description The model tier's network: an ONNX file, or weights of Demucs (.th, .safetensors). Nothing is downloaded.
                 * @default null
                 */
                weights: string | null;
                /**
                 * Weights Sha256
                 * @description The sha256 that the file of weights must have, as its publisher states it.
                 * @default null
                 */
                weights_sha256: string | null;
                /**
                 * Accept Weights Licence
                 * @description Say that you have read the licence of the weights; without it the work ends by showing what is known of it.
                 * @default false
                 */
                accept_weights_licence: boolean;
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read.
             */
            label?: string | null;
        };
        /**
         * StretchBatchAsk
         * @description Many pieces of work by the same capability, as one job.
         */
        StretchBatchAsk: {
            /**
             * Items
             * @description The parameters in which the pieces differ.
             */
            items: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file, mono or stereo.
                 */
                file?: string;
                /**
                 * Speed Percent
                 * @description How fast it plays: 50 is half the tempo, 200 twice.
                 * @default 100
                 */
                speed_percent: number;
                /**
                 * Target Tempo Bpm
                 * @description The tempo that it shall have, instead of a speed; its own is listened for.
                 * @default null
                 */
                target_tempo_bpm: number | null;
                /**
                 * Pitch Semitones
                 * @description How far the pitch moves; 0.5 is a quarter tone.
                 * @default 0
                 */
                pitch_semitones: number;
                /**
                 * Onto Grid
                 * @description Bring each beat to its place on an even grid: a performance that drifts becomes one played to a click.
                 * @default false
                 */
                onto_grid: boolean;
                /**
                 * Engine
                 * @description What stretches; Rubber Band is a program that must be installed.
                 * @default signalsmith
                 * @enum {string}
                 */
                engine: "signalsmith" | "rubberband";
                /**
                 * Format
                 * @description File to write: WAV with 32-bit floating point, or FLAC with 24 bits.
                 * @default wav
                 * @enum {string}
                 */
                format: "wav" | "flac";
            }[];
            params?: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file, mono or stereo.
                 */
                file?: string;
                /**
                 * Speed Percent
                 * @description How fast it plays: 50 is half the tempo, 200 twice.
                 * @default 100
                 */
                speed_percent: number;
                /**
                 * Target Tempo Bpm
                 * @description The tempo that it shall have, instead of a speed; its own is listened for.
                 * @default null
                 */
                target_tempo_bpm: number | null;
                /**
                 * Pitch Semitones
                 * @description How far the pitch moves; 0.5 is a quarter tone.
                 * @default 0
                 */
                pitch_semitones: number;
                /**
                 * Onto Grid
                 * @description Bring each beat to its place on an even grid: a performance that drifts becomes one played to a click.
                 * @default false
                 */
                onto_grid: boolean;
                /**
                 * Engine
                 * @description What stretches; Rubber Band is a program that must be installed.
                 * @default signalsmith
                 * @enum {string}
                 */
                engine: "signalsmith" | "rubberband";
                /**
                 * Format
                 * @description File to write: WAV with 32-bit floating point, or FLAC with 24 bits.
                 * @default wav
                 * @enum {string}
                 */
                format: "wav" | "flac";
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read.
             */
            label?: string | null;
        };
        /**
         * TranscribeBatchAsk
         * @description Many pieces of work by the same capability, as one job.
         */
        TranscribeBatchAsk: {
            /**
             * Items
             * @description The parameters in which the pieces differ.
             */
            items: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file: a song, or better a stem of it with one instrument.
                 */
                file?: string;
                /**
                 * Instrument
                 * @description Who plays: sets range, thresholds and neck. Voice and bass are heard as single voices; of drums, kick, snare and
                 *     hi-hat are told apart.
                 * @default guitar
                 * @enum {string}
                 */
                instrument: "guitar" | "bass" | "ukulele" | "piano" | "voice" | "drums" | "any";
                /**
                 * Voices
                 * @description Hear a single voice, or chords; the instrument decides where you do not.
                 * @default auto
                 * @enum {string}
                 */
                voices: "auto" | "one" | "many";
                /**
                 * Sensitivity Percent
                 * @description How faint a note may be: less gives fewer false notes, more gives fewer missed ones.
                 * @default 50
                 */
                sensitivity_percent: number;
                /**
                 * Tuning
                 * @description A name such as "drop D", or strings such as EADGBE, the lowest first; the usual ones where not given.
                 * @default null
                 */
                tuning: string | null;
                /**
                 * Capo
                 * @description Fret that the capo lies on.
                 * @default 0
                 */
                capo: number;
                /**
                 * N Frets
                 * @description Frets on the neck.
                 * @default 22
                 */
                n_frets: number;
                /**
                 * Style
                 * @description How the hand likes to play. Where there is no neck, this is refused, as are tuning, capo, n_frets, difficulty and
                 *     the notation "tab".
                 * @default any
                 * @enum {string}
                 */
                style: "any" | "open" | "position" | "power-chord";
                /**
                 * Transpose Semitones
                 * @description How much higher than the recording everything is written.
                 * @default 0
                 */
                transpose_semitones: number;
                /**
                 * Difficulty
                 * @description How much is asked of the hand; what an easier tab leaves out is listed.
                 * @default full
                 * @enum {string}
                 */
                difficulty: "easy" | "medium" | "full";
                /**
                 * Suggest Setups
                 * @description Compare tunings and capos, and tell which are easiest; of those that sound alike, the plainest.
                 * @default false
                 */
                suggest_setups: boolean;
                /**
                 * Smallest
                 * @description The smallest note value to write.
                 * @default 1/16
                 * @enum {string}
                 */
                smallest: "1/4" | "1/8" | "1/16" | "1/32";
                /**
                 * Triplets
                 * @description Whether beats may be divided by three.
                 * @default true
                 */
                triplets: boolean;
                /**
                 * Notation
                 * @description What svg, pdf and musicxml files show: tab, standard notation or both. In musicxml with both, the tab is a part
                 *     of its own that is not played.
                 * @default both
                 * @enum {string}
                 */
                notation: "tab" | "standard" | "both";
                /**
                 * Tempo Bpm
                 * @description Tempo, where you know better.
                 * @default null
                 */
                tempo_bpm: number | null;
                /**
                 * First Beat S
                 * @description Where the first beat of a bar lies, within the song, where you know better.
                 * @default null
                 */
                first_beat_s: number | null;
                /**
                 * Metre
                 * @description Time signature, where you know better.
                 * @default null
                 */
                metre: ("2/4" | "3/4" | "4/4" | "6/8") | null;
                /**
                 * Tempo Factor
                 * @description Count the beats half or twice as fast as they were found, or as tempo_bpm tells; at most 400 BPM.
                 * @default same
                 * @enum {string}
                 */
                tempo_factor: "half" | "same" | "double";
                /**
                 * Edits
                 * @description What you change by hand, from first to last, by kind: "place" locks a note to a place that sounds its pitch
                 *     (note, string, fret; with midi, it takes that pitch), "pitch" gives it another pitch (note, midi), "delete" takes it
                 *     away (note), "add" adds one (start_s, end_s, midi; string, fret and velocity if you like), "hand" moves the hand for
                 *     a while (start_s, end_s, fret). Notes are named as in the result. For example {"kind": "place", "note": "64@1200",
                 *     "string": 2, "fret": 5}.
                 * @default []
                 */
                edits: components["schemas"]["TabEdit"][];
                /**
                 * Format
                 * @description Files to write; those that the music cannot be written in are told, not made. MIDI begins when the recording
                 *     does, and each note sounds in it when it was played. A draft makes those alone that are text.
                 * @default [
                 *       "midi",
                 *       "gp5",
                 *       "musicxml",
                 *       "alphatex",
                 *       "ascii",
                 *       "chordpro",
                 *       "json"
                 *     ]
                 */
                format: ("midi" | "gp5" | "musicxml" | "alphatex" | "ascii" | "chordpro" | "json" | "svg" | "pdf")[];
                /**
                 * Title
                 * @description For the top of the page; where not given, the title in the file's tags, or else its name.
                 * @default null
                 */
                title: string | null;
                /**
                 * Artist
                 * @description For the top of the page.
                 * @default null
                 */
                artist: string | null;
            }[];
            params?: {
                /**
                 * File
                 * Format: asset
                 * @description The sound file: a song, or better a stem of it with one instrument.
                 */
                file?: string;
                /**
                 * Instrument
                 * @description Who plays: sets range, thresholds and neck. Voice and bass are heard as single voices; of drums, kick, snare and
                 *     hi-hat are told apart.
                 * @default guitar
                 * @enum {string}
                 */
                instrument: "guitar" | "bass" | "ukulele" | "piano" | "voice" | "drums" | "any";
                /**
                 * Voices
                 * @description Hear a single voice, or chords; the instrument decides where you do not.
                 * @default auto
                 * @enum {string}
                 */
                voices: "auto" | "one" | "many";
                /**
                 * Sensitivity Percent
                 * @description How faint a note may be: less gives fewer false notes, more gives fewer missed ones.
                 * @default 50
                 */
                sensitivity_percent: number;
                /**
                 * Tuning
                 * @description A name such as "drop D", or strings such as EADGBE, the lowest first; the usual ones where not given.
                 * @default null
                 */
                tuning: string | null;
                /**
                 * Capo
                 * @description Fret that the capo lies on.
                 * @default 0
                 */
                capo: number;
                /**
                 * N Frets
                 * @description Frets on the neck.
                 * @default 22
                 */
                n_frets: number;
                /**
                 * Style
                 * @description How the hand likes to play. Where there is no neck, this is refused, as are tuning, capo, n_frets, difficulty and
                 *     the notation "tab".
                 * @default any
                 * @enum {string}
                 */
                style: "any" | "open" | "position" | "power-chord";
                /**
                 * Transpose Semitones
                 * @description How much higher than the recording everything is written.
                 * @default 0
                 */
                transpose_semitones: number;
                /**
                 * Difficulty
                 * @description How much is asked of the hand; what an easier tab leaves out is listed.
                 * @default full
                 * @enum {string}
                 */
                difficulty: "easy" | "medium" | "full";
                /**
                 * Suggest Setups
                 * @description Compare tunings and capos, and tell which are easiest; of those that sound alike, the plainest.
                 * @default false
                 */
                suggest_setups: boolean;
                /**
                 * Smallest
                 * @description The smallest note value to write.
                 * @default 1/16
                 * @enum {string}
                 */
                smallest: "1/4" | "1/8" | "1/16" | "1/32";
                /**
                 * Triplets
                 * @description Whether beats may be divided by three.
                 * @default true
                 */
                triplets: boolean;
                /**
                 * Notation
                 * @description What svg, pdf and musicxml files show: tab, standard notation or both. In musicxml with both, the tab is a part
                 *     of its own that is not played.
                 * @default both
                 * @enum {string}
                 */
                notation: "tab" | "standard" | "both";
                /**
                 * Tempo Bpm
                 * @description Tempo, where you know better.
                 * @default null
                 */
                tempo_bpm: number | null;
                /**
                 * First Beat S
                 * @description Where the first beat of a bar lies, within the song, where you know better.
                 * @default null
                 */
                first_beat_s: number | null;
                /**
                 * Metre
                 * @description Time signature, where you know better.
                 * @default null
                 */
                metre: ("2/4" | "3/4" | "4/4" | "6/8") | null;
                /**
                 * Tempo Factor
                 * @description Count the beats half or twice as fast as they were found, or as tempo_bpm tells; at most 400 BPM.
                 * @default same
                 * @enum {string}
                 */
                tempo_factor: "half" | "same" | "double";
                /**
                 * Edits
                 * @description What you change by hand, from first to last, by kind: "place" locks a note to a place that sounds its pitch
                 *     (note, string, fret; with midi, it takes that pitch), "pitch" gives it another pitch (note, midi), "delete" takes it
                 *     away (note), "add" adds one (start_s, end_s, midi; string, fret and velocity if you like), "hand" moves the hand for
                 *     a while (start_s, end_s, fret). Notes are named as in the result. For example {"kind": "place", "note": "64@1200",
                 *     "string": 2, "fret": 5}.
                 * @default []
                 */
                edits: components["schemas"]["TabEdit"][];
                /**
                 * Format
                 * @description Files to write; those that the music cannot be written in are told, not made. MIDI begins when the recording
                 *     does, and each note sounds in it when it was played. A draft makes those alone that are text.
                 * @default [
                 *       "midi",
                 *       "gp5",
                 *       "musicxml",
                 *       "alphatex",
                 *       "ascii",
                 *       "chordpro",
                 *       "json"
                 *     ]
                 */
                format: ("midi" | "gp5" | "musicxml" | "alphatex" | "ascii" | "chordpro" | "json" | "svg" | "pdf")[];
                /**
                 * Title
                 * @description For the top of the page; where not given, the title in the file's tags, or else its name.
                 * @default null
                 */
                title: string | null;
                /**
                 * Artist
                 * @description For the top of the page.
                 * @default null
                 */
                artist: string | null;
            };
            /**
             * Priority
             * @description Larger goes first.
             * @default 0
             */
            priority: number;
            /**
             * Run At
             * @description Not before this time, at most ten years ahead.
             */
            run_at?: string | null;
            /**
             * Label
             * @description What people shall read.
             */
            label?: string | null;
        };
        /**
         * MashPlanDraftAsk
         * @description What a draft shall be made of.
         */
        MashPlanDraftAsk: {
            params: components["schemas"]["MashPlanParams"];
        };
        /**
         * TranscribeDraftAsk
         * @description What a draft shall be made of.
         */
        TranscribeDraftAsk: {
            params: components["schemas"]["TranscribeParams"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_capabilities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "summary": "text",
                     *           "description": "text",
                     *           "version": "text",
                     *           "batch_field": "file",
                     *           "is_inner": false,
                     *           "asset_fields": [
                     *             "file"
                     *           ],
                     *           "params_schema": {},
                     *           "result_schema": {},
                     *           "options": []
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CapabilityList"];
                };
            };
        };
    };
    get_capability: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of a capability. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "Harbour.wav",
                     *       "summary": "text",
                     *       "description": "text",
                     *       "version": "text",
                     *       "batch_field": "file",
                     *       "is_inner": false,
                     *       "asset_fields": [
                     *         "file"
                     *       ],
                     *       "params_schema": {},
                     *       "result_schema": {},
                     *       "options": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "path": [],
                     *           "kind": "asset",
                     *           "is_many": false,
                     *           "is_required": false,
                     *           "default": null,
                     *           "choices": [],
                     *           "unit": "text",
                     *           "bounds": {
                     *             "low": 0,
                     *             "high": 0,
                     *             "excludes_low": false,
                     *             "excludes_high": false
                     *           },
                     *           "text": "text"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CapabilityData"];
                };
            };
        };
    };
    list_jobs: {
        parameters: {
            query?: {
                /** @description Only jobs in one of these states. */
                state?: ("queued" | "processing" | "completed" | "failed" | "cancelled")[] | null;
                /** @description Only jobs of this capability. */
                capability?: string | null;
                /** @description Only jobs whose label holds this text. */
                q?: string | null;
                /** @description Only jobs that take or made this asset. */
                asset?: string | null;
                /** @description Only parts of this job. */
                parent_id?: string | null;
                /** @description The studio's own work instead of the users'. */
                system?: boolean;
                /** @description Only jobs made since this time. */
                since?: string | null;
                /** @description With the results, which are long. */
                results?: boolean;
                /** @description The most items on a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *           "capability": "master",
                     *           "form": "single",
                     *           "label": "Harbour",
                     *           "state": "queued",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "params": {},
                     *           "result": null,
                     *           "partials": {},
                     *           "error": null,
                     *           "is_cached": false,
                     *           "is_system": false,
                     *           "priority": 0,
                     *           "parent_id": null,
                     *           "created_at": "2026-11-21T14:03:07.125Z",
                     *           "run_at": "2026-11-21T14:03:07.125Z",
                     *           "started_at": "2026-11-21T14:03:07.125Z",
                     *           "finished_at": "2026-11-21T14:03:07.125Z",
                     *           "wait_s": 0,
                     *           "run_s": 0,
                     *           "revision": 3,
                     *           "steps": [],
                     *           "products": [],
                     *           "links": {
                     *             "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *             "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *             "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *             "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *             "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *           }
                     *         }
                     *       ],
                     *       "next_cursor": null,
                     *       "n_total": 0
                     *     }
                     */
                    "application/json": components["schemas"]["JobPage"];
                };
            };
        };
    };
    clean_up_jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "older_than_days": 7,
                 *       "states": [
                 *         "completed",
                 *         "failed",
                 *         "cancelled"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["CleanUpAsk"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "n_removed": 0
                     *     }
                     */
                    "application/json": components["schemas"]["CleanUpAnswer"];
                };
            };
        };
    };
    submit_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Name of a capability.
                 * @example master
                 */
                capability: "album" | "analyze" | "demo" | "fetch" | "follow" | "listen" | "mash_phrases" | "mash_plan" | "mash_preview" | "mash_render" | "mash_section" | "mash_talk" | "mashup" | "master" | "match" | "measure" | "observe" | "prepare" | "presets" | "separate" | "stretch" | "transcribe";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "label": "Harbour",
                 *       "params": {
                 *         "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["JobAsk"];
            };
        };
        responses: {
            /** @description An earlier result answers: the job is completed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The job waits for its turn; `Location` says where to follow it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    submit_job_with_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Name of a capability.
                 * @example master
                 */
                capability: "album" | "analyze" | "follow" | "listen" | "mash_phrases" | "mash_plan" | "mash_preview" | "mash_render" | "mash_section" | "mash_talk" | "mashup" | "master" | "match" | "measure" | "observe" | "prepare" | "separate" | "stretch" | "transcribe";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description The material.
                     */
                    file: string;
                    /** @description The other parameters, as JSON text. */
                    params?: string;
                    /** @description What people shall read. */
                    label?: string;
                };
            };
        };
        responses: {
            /** @description An earlier result answers: the job is completed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The job waits for its turn; `Location` says where to follow it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    get_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a job. */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    delete_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a job. */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    cancel_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a job. */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    retry_job: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a job. */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    list_job_events: {
        parameters: {
            query?: {
                /** @description The number of the last event that is known. */
                after?: number;
                /** @description The most events to return. */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Id of a job. */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "seq": 0,
                     *           "job_id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *           "type": "text",
                     *           "data": {},
                     *           "at": "2026-11-21T14:03:07.125Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["EventList"];
                };
            };
        };
    };
    get_products: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a job. */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
        };
    };
    submit_batch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Name of a capability.
                 * @example master
                 */
                capability: "album" | "analyze" | "demo" | "fetch" | "follow" | "listen" | "mash_phrases" | "mash_plan" | "mash_preview" | "mash_render" | "mash_section" | "mash_talk" | "mashup" | "master" | "match" | "measure" | "observe" | "prepare" | "presets" | "separate" | "stretch" | "transcribe";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"
                 *         }
                 *       ],
                 *       "params": {
                 *         "preset": "warm"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["BatchAsk"];
            };
        };
        responses: {
            /** @description An earlier result answers: the job is completed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The job waits for its turn; `Location` says where to follow it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    make_draft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Name of a capability.
                 * @example mash_plan
                 */
                capability: "mash_plan" | "transcribe";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "params": {
                 *         "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["DraftAsk"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "capability": "master",
                     *       "result": null,
                     *       "files": [
                     *         {
                     *           "ref": "text",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "text": "text"
                     *         }
                     *       ],
                     *       "run_s": 0
                     *     }
                     */
                    "application/json": components["schemas"]["DraftData"];
                };
            };
        };
    };
    look_up_result: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of a capability. */
                capability: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "params": {
                 *         "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["DraftAsk"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "capability": "master",
                     *       "result": null
                     *     }
                     */
                    "application/json": components["schemas"]["FoundData"];
                };
            };
        };
    };
    get_queue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "n_queued": 0,
                     *       "n_processing": 0,
                     *       "n_waiting": 0,
                     *       "oldest_wait_s": 0,
                     *       "by_kind": {},
                     *       "supervisors": [
                     *         {
                     *           "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *           "host": "text",
                     *           "version": "text",
                     *           "executor": "text",
                     *           "n_slots": 0,
                     *           "n_busy": 0,
                     *           "beat_at": "2026-11-21T14:03:07.125Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["QueueData"];
                };
            };
        };
    };
    get_analytics: {
        parameters: {
            query?: {
                /** @description How many days to look back. */
                days?: number;
                /** @description The studio's own work instead of the users'. */
                system?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "since": "2026-11-21T14:03:07.125Z",
                     *       "until": "2026-11-21T14:03:07.125Z",
                     *       "n_jobs": 0,
                     *       "by_state": {},
                     *       "by_kind": {},
                     *       "failures_by_code": {},
                     *       "n_cached": 0,
                     *       "cache_hit_percent": 0,
                     *       "n_crashes": 0,
                     *       "n_retries": 0,
                     *       "per_day": [
                     *         {
                     *           "day": "2026-11-21",
                     *           "n_jobs": 0,
                     *           "n_completed": 0,
                     *           "n_failed": 0
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AnalyticsData"];
                };
            };
        };
    };
    get_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "limits": {
                     *         "max_upload_mb": 0,
                     *         "max_duration_s": 0,
                     *         "rate_limit_per_minute": 0,
                     *         "n_job_slots": 0
                     *       },
                     *       "executor": "text",
                     *       "storage": "disk",
                     *       "database": "sqlite",
                     *       "is_open_to_network": false,
                     *       "keep_bin_days": 0,
                     *       "options": {}
                     *     }
                     */
                    "application/json": components["schemas"]["SettingsData"];
                };
            };
        };
    };
    get_build: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "tonmeister",
                     *       "version": "text",
                     *       "api_versions": [
                     *         "text"
                     *       ],
                     *       "python": "text",
                     *       "schema_revision": "text"
                     *     }
                     */
                    "application/json": components["schemas"]["BuildData"];
                };
            };
        };
    };
    list_assets: {
        parameters: {
            query?: {
                /** @description Words in name, title or artist. */
                q?: string | null;
                /** @description Only assets that carry all these tags. */
                tag?: string[] | null;
                /** @description Only this kind. */
                kind?: ("upload" | "product" | "part") | null;
                /** @description Only assets in one of these states. */
                state?: ("preparing" | "ready" | "failed")[] | null;
                /** @description Only sound, or only what is not. */
                audio?: boolean | null;
                /** @description What is in the bin, instead. */
                deleted?: boolean;
                /** @description Only files of this content. */
                sha256?: string | null;
                /** @description By what; a minus turns the order round. */
                sort?: "created_at" | "-created_at" | "name" | "-name" | "duration_s" | "-duration_s" | "integrated_lufs" | "-integrated_lufs" | "size_bytes" | "-size_bytes";
                /** @description The most items on a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *           "name": "Harbour.wav",
                     *           "kind": "upload",
                     *           "state": "preparing",
                     *           "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                     *           "size_bytes": 31752044,
                     *           "media_type": "audio/x-wav",
                     *           "is_audio": false,
                     *           "duration_s": 180,
                     *           "integrated_lufs": -9.4,
                     *           "title": "Harbour",
                     *           "artist": "Ana",
                     *           "tags": [
                     *             "live"
                     *           ],
                     *           "prepared": null,
                     *           "error": null,
                     *           "source_id": "text",
                     *           "job_id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *           "created_at": "2026-11-21T14:03:07.125Z",
                     *           "deleted_at": null,
                     *           "revision": 3,
                     *           "links": {}
                     *         }
                     *       ],
                     *       "next_cursor": null,
                     *       "n_total": 0
                     *     }
                     */
                    "application/json": components["schemas"]["AssetPage"];
                };
            };
        };
    };
    upload_asset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description The file.
                     */
                    file: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "name": "Harbour.wav",
                     *       "kind": "upload",
                     *       "state": "preparing",
                     *       "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                     *       "size_bytes": 31752044,
                     *       "media_type": "audio/x-wav",
                     *       "is_audio": false,
                     *       "duration_s": 180,
                     *       "integrated_lufs": -9.4,
                     *       "title": "Harbour",
                     *       "artist": "Ana",
                     *       "tags": [
                     *         "live"
                     *       ],
                     *       "prepared": null,
                     *       "error": null,
                     *       "source_id": "text",
                     *       "job_id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "deleted_at": null,
                     *       "revision": 3,
                     *       "links": {}
                     *     }
                     */
                    "application/json": components["schemas"]["AssetData"];
                };
            };
        };
    };
    get_asset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "name": "Harbour.wav",
                     *       "kind": "upload",
                     *       "state": "preparing",
                     *       "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                     *       "size_bytes": 31752044,
                     *       "media_type": "audio/x-wav",
                     *       "is_audio": false,
                     *       "duration_s": 180,
                     *       "integrated_lufs": -9.4,
                     *       "title": "Harbour",
                     *       "artist": "Ana",
                     *       "tags": [
                     *         "live"
                     *       ],
                     *       "prepared": null,
                     *       "error": null,
                     *       "source_id": "text",
                     *       "job_id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "deleted_at": null,
                     *       "revision": 3,
                     *       "links": {}
                     *     }
                     */
                    "application/json": components["schemas"]["AssetData"];
                };
            };
        };
    };
    delete_asset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_asset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Harbour.wav",
                 *       "tags": [
                 *         "live",
                 *         "2026"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["AssetChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "name": "Harbour.wav",
                     *       "kind": "upload",
                     *       "state": "preparing",
                     *       "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                     *       "size_bytes": 31752044,
                     *       "media_type": "audio/x-wav",
                     *       "is_audio": false,
                     *       "duration_s": 180,
                     *       "integrated_lufs": -9.4,
                     *       "title": "Harbour",
                     *       "artist": "Ana",
                     *       "tags": [
                     *         "live"
                     *       ],
                     *       "prepared": null,
                     *       "error": null,
                     *       "source_id": "text",
                     *       "job_id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "deleted_at": null,
                     *       "revision": 3,
                     *       "links": {}
                     *     }
                     */
                    "application/json": components["schemas"]["AssetData"];
                };
            };
        };
    };
    restore_asset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "name": "Harbour.wav",
                     *       "kind": "upload",
                     *       "state": "preparing",
                     *       "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                     *       "size_bytes": 31752044,
                     *       "media_type": "audio/x-wav",
                     *       "is_audio": false,
                     *       "duration_s": 180,
                     *       "integrated_lufs": -9.4,
                     *       "title": "Harbour",
                     *       "artist": "Ana",
                     *       "tags": [
                     *         "live"
                     *       ],
                     *       "prepared": null,
                     *       "error": null,
                     *       "source_id": "text",
                     *       "job_id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "deleted_at": null,
                     *       "revision": 3,
                     *       "links": {}
                     *     }
                     */
                    "application/json": components["schemas"]["AssetData"];
                };
            };
        };
    };
    list_versions: {
        parameters: {
            query?: {
                /** @description Only what this capability made. */
                capability?: string | null;
                /** @description With the results, which are long. */
                results?: boolean;
                /** @description The most items on a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string | null;
            };
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "capability": "master",
                     *           "params": {},
                     *           "result": null,
                     *           "products": [],
                     *           "job_id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *           "restored_from": "text",
                     *           "created_at": "2026-11-21T14:03:07.125Z",
                     *           "links": {
                     *             "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *             "asset": "text",
                     *             "job": "text"
                     *           }
                     *         }
                     *       ],
                     *       "next_cursor": null,
                     *       "n_total": 0
                     *     }
                     */
                    "application/json": components["schemas"]["VersionPage"];
                };
            };
        };
    };
    get_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
                /** @description Id of a version. */
                version_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *       "capability": "master",
                     *       "params": {},
                     *       "result": null,
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "job_id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "restored_from": "text",
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "asset": "text",
                     *         "job": "text"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["VersionData"];
                };
            };
        };
    };
    restore_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
                /** @description Id of a version. */
                version_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "base_version": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"
                 *     }
                 */
                "application/json": components["schemas"]["RestoreAsk"] | null;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *       "capability": "master",
                     *       "params": {},
                     *       "result": null,
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "job_id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "restored_from": "text",
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "asset": "text",
                     *         "job": "text"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["VersionData"];
                };
            };
        };
    };
    list_tags: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "tag": "live",
                     *           "n_assets": 0
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["TagList"];
                };
            };
        };
    };
    get_file: {
        parameters: {
            query?: {
                /** @description Offer it for saving instead of showing it. */
                download?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The stretch that `Range` asks for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
        };
    };
    make_link: {
        parameters: {
            query?: {
                /** @description For how many seconds it works. */
                expires_s?: number;
            };
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "url": "/api/v1/audio/0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3/peaks/256.dat",
                     *       "expires_at": "2026-11-21T14:03:07.125Z"
                     *     }
                     */
                    "application/json": components["schemas"]["LinkData"];
                };
            };
        };
    };
    get_signed_file: {
        parameters: {
            query: {
                /** @description Until when it works, in seconds since 1970. */
                expires: number;
                /** @description Made by the server. */
                signature: string;
                /** @description Offer it for saving instead of showing it. */
                download?: boolean;
            };
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The stretch that `Range` asks for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
        };
    };
    create_upload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/offset+octet-stream": string;
            };
        };
        responses: {
            /** @description `Location` says where to send the bytes. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    describe_uploads: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_upload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an upload. */
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "name": "Harbour.wav",
                     *       "offset": 0,
                     *       "length": 0,
                     *       "state": "open",
                     *       "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *       "expires_at": "2026-11-21T14:03:07.125Z"
                     *     }
                     */
                    "application/json": components["schemas"]["UploadData"];
                };
            };
        };
    };
    end_upload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an upload. */
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    describe_upload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an upload. */
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    head_upload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an upload. */
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far the upload has come. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    append_to_upload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an upload. */
                upload_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/offset+octet-stream": string;
            };
        };
        responses: {
            /** @description The bytes are safe. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    get_manifest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *       "name": "Harbour.wav",
                     *       "sample_rate": 44100,
                     *       "n_channels": 2,
                     *       "n_samples": 7938000,
                     *       "duration_s": 180,
                     *       "gain_db": 0,
                     *       "segment_samples": 220500,
                     *       "n_segments": 36,
                     *       "segment_url": "/api/v1/audio/0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3/seg/{n}.flac",
                     *       "peaks": [
                     *         {
                     *           "samples_per_pixel": 0,
                     *           "url": "/api/v1/audio/0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3/peaks/256.dat"
                     *         }
                     *       ],
                     *       "spectrogram_url": "/api/v1/audio/0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3/spectrogram.webp",
                     *       "integrated_lufs": -9.4,
                     *       "true_peak_dbtp": -0.2,
                     *       "loudness": {
                     *         "start_s": 0,
                     *         "hop_s": 0,
                     *         "momentary_lufs": [],
                     *         "short_term_lufs": []
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Manifest"];
                };
            };
        };
    };
    get_segment: {
        parameters: {
            query?: {
                /** @description Sample rate in Hz; the listening copy's own if left out. */
                rate?: number | null;
            };
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
                /** @description Number of the segment, from 0. */
                n: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "audio/flac": string;
                };
            };
        };
    };
    get_peaks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
                /** @description One of the resolutions in the manifest. */
                samples_per_pixel: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
        };
    };
    get_spectrogram: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of an asset. */
                asset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/webp": string;
                };
            };
        };
    };
    list_presets: {
        parameters: {
            query?: {
                /** @description Whose presets. */
                capability?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "built_in": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "kind": "text",
                     *           "title": "Harbour",
                     *           "summary": "text",
                     *           "params": {}
                     *         }
                     *       ],
                     *       "own": [
                     *         {
                     *           "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *           "capability": "master",
                     *           "name": "Harbour.wav",
                     *           "params": {},
                     *           "created_at": "2026-11-21T14:03:07.125Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["PresetList"];
                };
            };
        };
    };
    add_preset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "capability": "master",
                 *       "name": "My vinyl",
                 *       "params": {
                 *         "preset": "warm"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["PresetAsk"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "name": "Harbour.wav",
                     *       "params": {},
                     *       "created_at": "2026-11-21T14:03:07.125Z"
                     *     }
                     */
                    "application/json": components["schemas"]["OwnPreset"];
                };
            };
        };
    };
    delete_preset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a preset. */
                preset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    list_schedules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *           "name": "Harbour.wav",
                     *           "cron": "0 3 * * *",
                     *           "capability": "master",
                     *           "params": {},
                     *           "priority": 0,
                     *           "is_enabled": false,
                     *           "next_at": "2026-11-21T14:03:07.125Z",
                     *           "last_at": "2026-11-21T14:03:07.125Z",
                     *           "last_job_id": "text",
                     *           "created_at": "2026-11-21T14:03:07.125Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ScheduleList"];
                };
            };
        };
    };
    add_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "capability": "measure",
                 *       "cron": "0 3 * * *",
                 *       "name": "nightly figures",
                 *       "params": {
                 *         "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ScheduleAsk"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "name": "Harbour.wav",
                     *       "cron": "0 3 * * *",
                     *       "capability": "master",
                     *       "params": {},
                     *       "priority": 0,
                     *       "is_enabled": false,
                     *       "next_at": "2026-11-21T14:03:07.125Z",
                     *       "last_at": "2026-11-21T14:03:07.125Z",
                     *       "last_job_id": "text",
                     *       "created_at": "2026-11-21T14:03:07.125Z"
                     *     }
                     */
                    "application/json": components["schemas"]["ScheduleData"];
                };
            };
        };
    };
    delete_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a schedule. */
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    change_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of a schedule. */
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "is_enabled": false
                 *     }
                 */
                "application/json": components["schemas"]["ScheduleChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "name": "Harbour.wav",
                     *       "cron": "0 3 * * *",
                     *       "capability": "master",
                     *       "params": {},
                     *       "priority": 0,
                     *       "is_enabled": false,
                     *       "next_at": "2026-11-21T14:03:07.125Z",
                     *       "last_at": "2026-11-21T14:03:07.125Z",
                     *       "last_job_id": "text",
                     *       "created_at": "2026-11-21T14:03:07.125Z"
                     *     }
                     */
                    "application/json": components["schemas"]["ScheduleData"];
                };
            };
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "is_token_needed": false,
                     *       "is_signed_in": false
                     *     }
                     */
                    "application/json": components["schemas"]["Session"];
                };
            };
        };
    };
    sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "the shared token of the studio"
                 *     }
                 */
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "is_token_needed": false,
                     *       "is_signed_in": false
                     *     }
                     */
                    "application/json": components["schemas"]["Session"];
                };
            };
        };
    };
    sign_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    submit_mash_phrases: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "params": {
                 *         "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                 *         "tier": "draft",
                 *         "weights": null,
                 *         "weights_sha256": null,
                 *         "accept_weights_licence": false,
                 *         "tempo_bpm": null,
                 *         "first_beat_s": null,
                 *         "metre": null
                 *       },
                 *       "priority": 0,
                 *       "run_at": "2026-11-21T14:03:07.125Z",
                 *       "label": "Harbour",
                 *       "base_version": "text"
                 *     }
                 */
                "application/json": components["schemas"]["PhrasesJobAsk"];
            };
        };
        responses: {
            /** @description An earlier result answers: the job is completed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The job waits for its turn; `Location` says where to follow it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    submit_mash_plan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "params": {
                 *         "songs": [
                 *           "text",
                 *           "text"
                 *         ],
                 *         "tier": "draft",
                 *         "weights": null,
                 *         "weights_sha256": null,
                 *         "accept_weights_licence": false,
                 *         "corrections": [],
                 *         "style": "classic",
                 *         "length_s": 120,
                 *         "lead": null,
                 *         "energy_arc": "arc",
                 *         "n_phrase_bars": 8,
                 *         "max_shift_semitones": 3,
                 *         "target_tempo_bpm": null,
                 *         "seed": 0,
                 *         "plan": null
                 *       },
                 *       "priority": 0,
                 *       "run_at": "2026-11-21T14:03:07.125Z",
                 *       "label": "Harbour",
                 *       "base_version": "text"
                 *     }
                 */
                "application/json": components["schemas"]["MashPlanJobAsk"];
            };
        };
        responses: {
            /** @description An earlier result answers: the job is completed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The job waits for its turn; `Location` says where to follow it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    submit_mash_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "params": {
                 *         "songs": [
                 *           "text",
                 *           "text"
                 *         ],
                 *         "tier": "draft",
                 *         "weights": null,
                 *         "weights_sha256": null,
                 *         "accept_weights_licence": false,
                 *         "plan": {
                 *           "creative_vision": "text",
                 *           "masterplan": {
                 *             "title": "Harbour",
                 *             "artistCredits": "text",
                 *             "global": {
                 *               "targetBPM": 40,
                 *               "targetKey": "text"
                 *             },
                 *             "timeline": [
                 *               {
                 *                 "time_start_sec": 0,
                 *                 "duration_sec": 1,
                 *                 "energy_level": 1,
                 *                 "layers": [],
                 *                 "label": "Harbour",
                 *                 "start_bar": 0,
                 *                 "n_bars": 1,
                 *                 "backing": "text"
                 *               }
                 *             ]
                 *           },
                 *           "songs": [
                 *             {
                 *               "songId": "A",
                 *               "name": "Harbour.wav",
                 *               "tempo_bpm": 1,
                 *               "rate_percent": 26,
                 *               "shift_semitones": -12,
                 *               "lead_share_percent": 0,
                 *               "backing_share_percent": 0
                 *             }
                 *           ],
                 *           "origin": {
                 *             "planner": "rules",
                 *             "style": "classic",
                 *             "n_slot_bars": 1,
                 *             "cost": 0
                 *           }
                 *         },
                 *         "from_s": null,
                 *         "length_s": 20
                 *       },
                 *       "priority": 0,
                 *       "run_at": "2026-11-21T14:03:07.125Z",
                 *       "label": "Harbour",
                 *       "base_version": "text"
                 *     }
                 */
                "application/json": components["schemas"]["MashPreviewJobAsk"];
            };
        };
        responses: {
            /** @description An earlier result answers: the job is completed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The job waits for its turn; `Location` says where to follow it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    submit_mash_render: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "params": {
                 *         "stems": [
                 *           "text"
                 *         ],
                 *         "songs": [],
                 *         "plan": {
                 *           "creative_vision": "text",
                 *           "masterplan": {
                 *             "title": "Harbour",
                 *             "artistCredits": "text",
                 *             "global": {
                 *               "targetBPM": 40,
                 *               "targetKey": "text"
                 *             },
                 *             "timeline": [
                 *               {
                 *                 "time_start_sec": 0,
                 *                 "duration_sec": 1,
                 *                 "energy_level": 1,
                 *                 "layers": [],
                 *                 "label": "Harbour",
                 *                 "start_bar": 0,
                 *                 "n_bars": 1,
                 *                 "backing": "text"
                 *               }
                 *             ]
                 *           },
                 *           "songs": [
                 *             {
                 *               "songId": "A",
                 *               "name": "Harbour.wav",
                 *               "tempo_bpm": 1,
                 *               "rate_percent": 26,
                 *               "shift_semitones": -12,
                 *               "lead_share_percent": 0,
                 *               "backing_share_percent": 0
                 *             }
                 *           ],
                 *           "origin": {
                 *             "planner": "rules",
                 *             "style": "classic",
                 *             "n_slot_bars": 1,
                 *             "cost": 0
                 *           }
                 *         },
                 *         "from_s": 0,
                 *         "length_s": null,
                 *         "is_split": false
                 *       },
                 *       "priority": 0,
                 *       "run_at": "2026-11-21T14:03:07.125Z",
                 *       "label": "Harbour",
                 *       "base_version": "text"
                 *     }
                 */
                "application/json": components["schemas"]["MashRenderJobAsk"];
            };
        };
        responses: {
            /** @description An earlier result answers: the job is completed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The job waits for its turn; `Location` says where to follow it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    submit_mash_section: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "params": {
                 *         "stems": [
                 *           "text"
                 *         ],
                 *         "clips": [],
                 *         "duration_s": 180,
                 *         "beat_s": 1.1,
                 *         "n_beats_per_bar": 4,
                 *         "sample_rate": 44100,
                 *         "level_lufs": null,
                 *         "is_split": false
                 *       },
                 *       "priority": 0,
                 *       "run_at": "2026-11-21T14:03:07.125Z",
                 *       "label": "Harbour",
                 *       "base_version": "text"
                 *     }
                 */
                "application/json": components["schemas"]["MashSectionJobAsk"];
            };
        };
        responses: {
            /** @description An earlier result answers: the job is completed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The job waits for its turn; `Location` says where to follow it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    submit_mash_talk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "params": {
                 *         "songs": [
                 *           "text",
                 *           "text"
                 *         ],
                 *         "tier": "draft",
                 *         "weights": null,
                 *         "weights_sha256": null,
                 *         "accept_weights_licence": false,
                 *         "corrections": [],
                 *         "style": "classic",
                 *         "length_s": 120,
                 *         "lead": null,
                 *         "energy_arc": "arc",
                 *         "n_phrase_bars": 8,
                 *         "max_shift_semitones": 3,
                 *         "target_tempo_bpm": null,
                 *         "seed": 0,
                 *         "brief": "",
                 *         "plan": null
                 *       },
                 *       "priority": 0,
                 *       "run_at": "2026-11-21T14:03:07.125Z",
                 *       "label": "Harbour",
                 *       "base_version": "text"
                 *     }
                 */
                "application/json": components["schemas"]["MashTalkJobAsk"];
            };
        };
        responses: {
            /** @description An earlier result answers: the job is completed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The job waits for its turn; `Location` says where to follow it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    submit_batch_of_mash_phrases: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                 *           "tier": "draft",
                 *           "weights": null,
                 *           "weights_sha256": null,
                 *           "accept_weights_licence": false,
                 *           "tempo_bpm": null,
                 *           "first_beat_s": null,
                 *           "metre": null
                 *         }
                 *       ],
                 *       "params": {
                 *         "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                 *         "tier": "draft",
                 *         "weights": null,
                 *         "weights_sha256": null,
                 *         "accept_weights_licence": false,
                 *         "tempo_bpm": null,
                 *         "first_beat_s": null,
                 *         "metre": null
                 *       },
                 *       "priority": 0,
                 *       "run_at": "2026-11-21T14:03:07.125Z",
                 *       "label": "Harbour"
                 *     }
                 */
                "application/json": components["schemas"]["PhrasesBatchAsk"];
            };
        };
        responses: {
            /** @description An earlier result answers: the job is completed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The job waits for its turn; `Location` says where to follow it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *       "capability": "master",
                     *       "form": "single",
                     *       "label": "Harbour",
                     *       "state": "queued",
                     *       "progress_percent": 42.5,
                     *       "message": "limiting",
                     *       "params": {},
                     *       "result": null,
                     *       "partials": {},
                     *       "error": null,
                     *       "is_cached": false,
                     *       "is_system": false,
                     *       "priority": 0,
                     *       "parent_id": null,
                     *       "created_at": "2026-11-21T14:03:07.125Z",
                     *       "run_at": "2026-11-21T14:03:07.125Z",
                     *       "started_at": "2026-11-21T14:03:07.125Z",
                     *       "finished_at": "2026-11-21T14:03:07.125Z",
                     *       "wait_s": 0,
                     *       "run_s": 0,
                     *       "revision": 3,
                     *       "steps": [
                     *         {
                     *           "name": "Harbour.wav",
                     *           "capability": "master",
                     *           "state": "waiting",
                     *           "progress_percent": 42.5,
                     *           "message": "limiting",
                     *           "error": null,
                     *           "result": null,
                     *           "n_attempts": 0
                     *         }
                     *       ],
                     *       "products": [
                     *         {
                     *           "asset_id": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "size_bytes": 31752044,
                     *           "is_audio": false
                     *         }
                     *       ],
                     *       "links": {
                     *         "self": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10",
                     *         "events": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/events",
                     *         "cancel": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/cancel",
                     *         "retry": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/retry",
                     *         "products": "/api/v1/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10/products.zip"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["JobData"];
                };
            };
        };
    };
    draft_mash_plan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "params": {
                 *         "songs": [
                 *           "text",
                 *           "text"
                 *         ],
                 *         "tier": "draft",
                 *         "weights": null,
                 *         "weights_sha256": null,
                 *         "accept_weights_licence": false,
                 *         "corrections": [],
                 *         "style": "classic",
                 *         "length_s": 120,
                 *         "lead": null,
                 *         "energy_arc": "arc",
                 *         "n_phrase_bars": 8,
                 *         "max_shift_semitones": 3,
                 *         "target_tempo_bpm": null,
                 *         "seed": 0,
                 *         "plan": null
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["MashPlanDraftAsk"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "capability": "master",
                     *       "result": null,
                     *       "files": [
                     *         {
                     *           "ref": "text",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "text": "text"
                     *         }
                     *       ],
                     *       "run_s": 0
                     *     }
                     */
                    "application/json": components["schemas"]["DraftData"];
                };
            };
        };
    };
    draft_transcribe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "params": {
                 *         "file": "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3",
                 *         "instrument": "guitar",
                 *         "voices": "auto",
                 *         "sensitivity_percent": 50,
                 *         "tuning": null,
                 *         "capo": 0,
                 *         "n_frets": 22,
                 *         "style": "any",
                 *         "transpose_semitones": 0,
                 *         "difficulty": "full",
                 *         "suggest_setups": false,
                 *         "smallest": "1/16",
                 *         "triplets": true,
                 *         "notation": "both",
                 *         "tempo_bpm": null,
                 *         "first_beat_s": null,
                 *         "metre": null,
                 *         "tempo_factor": "same",
                 *         "edits": [],
                 *         "format": [
                 *           "midi",
                 *           "gp5",
                 *           "musicxml",
                 *           "alphatex",
                 *           "ascii",
                 *           "chordpro",
                 *           "json"
                 *         ],
                 *         "title": "Harbour",
                 *         "artist": "Ana"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["TranscribeDraftAsk"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "capability": "master",
                     *       "result": null,
                     *       "files": [
                     *         {
                     *           "ref": "text",
                     *           "name": "Harbour.wav",
                     *           "media_type": "audio/x-wav",
                     *           "text": "text"
                     *         }
                     *       ],
                     *       "run_s": 0
                     *     }
                     */
                    "application/json": components["schemas"]["DraftData"];
                };
            };
        };
    };
}
