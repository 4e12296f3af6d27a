"""Runs on disk: each is one self-contained folder, the only source of truth.

```text
telic_runs/                       the root: any number of experiments
  alternation-1a2b3c4d/           an experiment: one plan, any number of seeds
    seed-0000/                    a run
      run.json                    its identity: plan, seed, versions
      metrics.jsonl               one row per rollout, in plain JSON
      timing.jsonl                seconds per rollout; never compared
      checkpoints/u00015/         after 15 rollouts: *.safetensors and a manifest
      run.lock                    held by the writing process
```

The index for lists and queries is a cache in the user's cache folder.
"""
