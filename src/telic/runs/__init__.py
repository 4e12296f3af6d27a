"""Runs: memory on disk. A run is one self-contained folder, and the folders are truth.

```text
telic_runs/                       the root: any number of experiments
  alternation-1a2b3c4d/           an experiment: one plan, any number of seeds
    seed-0000/                    a run
      run.json                    what it is: plan, seed, versions
      metrics.jsonl               one row a rollout, readable by anything
      timing.jsonl                seconds a rollout; never compared
      checkpoints/u00015/         after 15 rollouts: *.safetensors and a manifest
      run.lock                    held by the one process that writes
```

The index for lists and queries is a cache, and lies in the user's cache folder.
"""
