"""What learns: networks, their training, and scikit-learn estimators behind one small interface.

A *learner* is what the top-level `_target_` of a method names. It is fitted on a data object

- `train_images`: float32 tensor (n, C, H, W), pixels as stored, unscaled
- `train_labels`: int64 tensor (n,), values 0..K-1
- `train_dataloader()`: the same samples as batches, with a length, in a new order every epoch
- `shape` (C, H, W), `classes` K, `peak` (the largest possible pixel value)

and offers

- `fit(data, seed)`: learns; the same data, seed and thread count give the same bytes
- `scores(images)`: float32 array (m, K) for images (m, C, H, W); the largest is the prediction
- `score_kind`: "probability" (rows sum to one) or "decision"
- after `fit`: `history` (lists by epoch; empty for estimators) and `parameters` (total, trainable)
"""
