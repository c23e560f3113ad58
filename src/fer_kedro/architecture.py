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


Architecture = Annotated[ConvolutionalNetwork | ResidualNetwork, Field(discriminator="family")]
