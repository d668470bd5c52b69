import device


def predict(rows):
    batch = device.Tensor(512 * rows)
    result = device.Tensor(512)
    batch.free()
    return result


def test_a_prediction_is_freed():
    predict(8).free()


def test_a_prediction_has_a_size():
    assert predict(8).size == 512
