"""What learns: networks, their training, and scikit-learn estimators behind one small interface.

A *learner* is what the top-level `_target_` of a method names. It is fitted on a data object

- `train_inputs`: images uint8 (n, C, H, W), pixels as stored, unscaled; rows of a table float32
  (n, F); or texts int32 (n, L), numbers below `words`, -1 behind the last word;
  `models.interface.LazyInputs`, which are read when asked for, or a tensor
- `train_labels`: int64 tensor (n,), values 0..K-1
- `train_dataloader()`: the same samples as batches, with a length, in a new order every epoch, and
  augmented, where that is asked for
- `shape` of one input, `classes` K, `class_names` (a tuple of K, by label), `peak` (the largest
  possible pixel value)
- `epoch_size`: how many samples an epoch takes, n unless the training sample was enlarged
- `class_weights` (K,) for the loss, or None
- `unlabelled_inputs`: further inputs without labels, or None
- `augmented` (whether the batches are) and `views` (how many views the augmentation takes in turn,
  None where it draws anew each epoch)

and offers

- `fit(data, seed)`: learns; the same data, seed and thread count give the same bytes
- `scores(images)`: float32 array (m, K) for inputs (m, ...), lazy, tensor or array; the largest
  is the prediction
- `score_kind`: "probability" (rows sum to one) or "decision"; of a network it is what its loss
  says (`models.losses`), and right from `check`, `fit` or `restore` on
- after `fit`: `history` (lists by epoch; empty for estimators) and `parameters` (total, trainable)

Some offer more:

- `fit(data, seed, watched=(images, labels))`: scores these after every epoch; then `history` has
  `watched_accuracy`, and `best_scores` are those of `best_epoch` (from 1), the first of the best
- `state()`, arrays by name, and `restore(state, shape, classes, peak)`: a fitted learner elsewhere,
  whose scores are the same bytes
- `check(shape, classes, class_names, weighted)`, `check_devices()`: what can be refused before any
  training; `weighted`: with class weights
- `takes`: the kinds of inputs that it learns from, of "images", "table", "texts"; images alone if
  it does not say
- `takes_augmentation`: whether it learns from the batches, and so from augmented images
- `takes_resampling`: whether it learns from any training samples, made up ones too, and heeds
  `class_weights`
- `measures`: after `fit`, further metrics of the training for the record, by name
- `notes`: how it was computed, for the record
"""
