"""Architectures as decisions: each family's layers as numbers, which a recipe's `model` holds."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from fer_kedro.strict import Strict

Count = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(ge=0, lt=1)]


class ConvolutionalNetwork(Strict):
    """Blocks of convolutions with 2×2 max-pooling after each, then dense layers and a softmax.

    Attributes
    ----------
    blocks
        Filters of each convolution, block by block: `[[32], [64], [128]]`.
    batch_norm, dense_batch_norm
        Whether batch normalisation follows each convolution, and each hidden dense layer.
    block_dropout, dense_dropout
        Share of activations dropped after each block and each hidden dense layer; one number for all blocks, or
        one for each.
    l2
        Factor of the squared weights of every convolution and hidden dense layer in the loss.
    """

    family: Literal["cnn"] = "cnn"
    blocks: Annotated[tuple[tuple[Count, ...], ...], Field(min_length=1)]
    kernel: Count = 3
    padding: Literal["same", "valid"] = "same"
    batch_norm: bool = False
    block_dropout: Rate | tuple[Rate, ...] = 0.0
    dense: tuple[Count, ...] = ()
    dense_batch_norm: bool = False
    dense_dropout: Rate = 0.0
    l2: Annotated[float, Field(ge=0)] = 0.0

    @property
    def block_dropouts(self) -> tuple[float, ...]:
        """One rate for each block."""
        rates = self.block_dropout
        return rates if isinstance(rates, tuple) else (rates,) * len(self.blocks)

    @model_validator(mode="after")
    def _one_rate_each(self) -> "ConvolutionalNetwork":
        if len(self.block_dropouts) != len(self.blocks):
            raise ValueError(f"block_dropout has {len(self.block_dropouts)} rates for {len(self.blocks)} blocks")
        return self


class ResidualNetwork(Strict):
    """A convolution, stages of residual blocks, global average pooling, dense layers and a softmax.

    Each block is two 3×3 convolutions with batch normalisation, and a shortcut (K. He et al., "Deep residual
    learning for image recognition", CVPR 2016).

    Attributes
    ----------
    filters
        Of each stage; every stage but the first halves height and width.
    blocks
        Residual blocks in each stage.
    """

    family: Literal["resnet"] = "resnet"
    filters: Annotated[tuple[Count, ...], Field(min_length=1)] = (32, 64, 128)
    blocks: Count = 2
    dense: tuple[Count, ...] = ()
    dense_dropout: Rate = 0.0


class PretrainedNetwork(Strict):
    """A base of `keras.applications`, global average pooling, dense layers and a softmax.

    MobileNetV2 (M. Sandler et al., CVPR 2018) or VGG16 (K. Simonyan and A. Zisserman, ICLR 2015).

    Attributes
    ----------
    size
        Faces are resized to so many pixels, height and width, and their grey levels stand in three channels.
    weights
        `none`, `imagenet` (Keras downloads them), or the path of an HDF5 file with the base's weights.
    weights_origin
        Who trained a file: `keras`, or `torchvision`, which scales pixels and pads strided convolutions in
        another way; the network then does the same.
    dense, dense_dropout
        Hidden layers between the base and the softmax, and the share of activations dropped after each.
    """

    family: Literal["mobilenet_v2", "vgg16"]
    size: Annotated[int, Field(ge=32)] = 48
    weights: Annotated[str, Field(min_length=1)] = "none"
    weights_origin: Literal["keras", "torchvision"] = "keras"
    dense: tuple[Count, ...] = ()
    dense_dropout: Rate = 0.0

    @model_validator(mode="after")
    def _origin_of_a_file(self) -> "PretrainedNetwork":
        if self.weights_origin == "torchvision" and self.weights in {"none", "imagenet"}:
            raise ValueError(
                f"weights_origin torchvision goes with the path of a file, while weights is {self.weights!r}"
            )
        return self


class VisionTransformer(Strict):
    """Patches as tokens, pre-norm transformer layers, the class token into a softmax.

    A. Dosovitskiy et al., "An image is worth 16×16 words", ICLR 2021; the defaults are timm's
    `vit_tiny_patch16_224`.

    Attributes
    ----------
    size, patch
        Faces are resized to `size` pixels, height and width, their grey levels stand in three channels, and they
        are cut into patches.
    depth, width, heads, mlp_ratio
        Layers, channels of a token, attention heads, and how much wider the hidden layer of each MLP is.
    dropout
        Share of activations dropped after the positions are added, after each attention and each dense layer.
    weights
        `none`, or the path of an HDF5 file with the weights of all but the last dense layer.
    """

    family: Literal["vit"] = "vit"
    size: Count = 224
    patch: Count = 16
    depth: Count = 12
    width: Count = 192
    heads: Count = 3
    mlp_ratio: Count = 4
    dropout: Rate = 0.0
    weights: Annotated[str, Field(min_length=1)] = "none"

    @property
    def patches(self) -> int:
        """Patches of a face."""
        return int((self.size // self.patch) ** 2)

    @model_validator(mode="after")
    def _fits(self) -> "VisionTransformer":
        if self.size % self.patch:
            raise ValueError(f"size {self.size} is no multiple of patch {self.patch}")
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is no multiple of heads {self.heads}")
        if self.weights == "imagenet":
            raise ValueError("Keras has no ImageNet weights of a vision transformer; give a file's path or none")
        return self


Architecture = Annotated[
    ConvolutionalNetwork | ResidualNetwork | PretrainedNetwork | VisionTransformer, Field(discriminator="family")
]


def weights_of(architecture: Architecture) -> str:
    """Return which pre-trained weights a network starts from: `none`, `imagenet`, or a path."""
    return getattr(architecture, "weights", "none")
