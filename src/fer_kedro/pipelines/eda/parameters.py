"""What may be chosen about the exploratory figures."""

from pydantic import Field

from fer_kedro.strict import Strict


class EdaParameters(Strict):
    """The `eda` parameters.

    Attributes
    ----------
    seed
        Draws the sampled faces and lays out the embedding.
    samples_per_class
        Faces in each row of `face_samples`.
    gallery_groups
        At most this many groups of contradicting copies are drawn, those of most labels and copies first.
    embedding_sample
        At most this many faces are embedded; t-SNE takes time in proportion to n log n.
    perplexity
        The number of neighbours that t-SNE aims to keep (lowered when there are few faces).
    """

    seed: int = Field(default=0, ge=0)
    samples_per_class: int = Field(default=10, ge=1, le=20)
    gallery_groups: int = Field(default=24, ge=1, le=80)
    embedding_sample: int = Field(default=2_000, ge=10)
    perplexity: float = Field(default=30.0, gt=1)
