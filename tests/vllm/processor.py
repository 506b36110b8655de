"""Phi-3-Vision's configuration and processor for the tiny checkpoint: loaded by vLLM, in its own environment.

An image is scaled to a grid of at most num_crops tiles of 336 pixels, padded with white, and cut up; the whole comes
first once more as one tile. Each tile yields 12 x 12 tokens, each row of tokens one more, and one stands between both.
"""

import math
import re

import numpy as np
import torch
from PIL import Image
from transformers.configuration_utils import PretrainedConfig
from transformers.image_processing_base import BatchFeature
from transformers.image_processing_utils import BaseImageProcessor
from transformers.processing_utils import ImagesKwargs, ProcessorMixin

TILE = 336
SIDE = 12  # tokens along the edge of a tile
MEAN = np.array([0.48145466, 0.4578275, 0.40821073], dtype=np.float32)  # of CLIP
DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], dtype=np.float32)
MARK = re.compile(r"<\|image_(\d+)\|>")
MARKS = 4096


class Phi3VConfig(PretrainedConfig):
    model_type = "phi3_v"

    def __init__(self, **values):
        scaling = values.get("rope_scaling")
        if scaling:
            values["rope_scaling"] = {
                "rope_theta": values.get("rope_theta", 10000.0),
                "original_max_position_embeddings": values.get("original_max_position_embeddings", 4096),
                **scaling,
            }
        for name, value in values.items():
            setattr(self, name, value)
        super().__init__(**values)


class Phi3VImagesKwargs(ImagesKwargs, total=False):
    num_crops: int


class Phi3VImageProcessor(BaseImageProcessor):
    valid_kwargs = Phi3VImagesKwargs
    model_input_names = ["pixel_values", "image_sizes"]  # noqa: RUF012  as the base class has it

    def __init__(self, num_crops=16, **values):
        super().__init__(**values)
        self.num_crops = num_crops

    def _scaled(self, width, height):
        ratio = max(width, height) / min(width, height)
        tiles = 1
        while (tiles + 1) * math.ceil((tiles + 1) / ratio) <= self.num_crops:
            tiles += 1
        long, short = tiles * TILE, max(1, int(tiles * TILE / ratio))
        return (long, short) if width >= height else (short, long)

    def calc_num_image_tokens_from_image_size(self, width, height):
        across, down = (math.ceil(side / TILE) for side in self._scaled(int(width), int(height)))
        return down * SIDE * (across * SIDE + 1) + 1 + SIDE * (SIDE + 1)

    def _tiles(self, image):
        image = image.convert("RGB")
        scaled = self._scaled(*image.size)
        across, down = (math.ceil(side / TILE) for side in scaled)
        canvas = Image.new("RGB", (across * TILE, down * TILE), (255, 255, 255))
        canvas.paste(image.resize(scaled, Image.BILINEAR), (0, 0))

        def normal(shown):
            values = (np.asarray(shown, dtype=np.float32) / 255.0 - MEAN) / DEVIATION
            return torch.from_numpy(np.ascontiguousarray(values.transpose(2, 0, 1)))

        tiles = normal(canvas).reshape(3, down, TILE, across, TILE).permute(1, 3, 0, 2, 4).reshape(-1, 3, TILE, TILE)
        tiles = torch.cat([normal(canvas.resize((TILE, TILE), Image.BICUBIC))[None], tiles])
        padding = torch.zeros(self.num_crops + 1 - len(tiles), 3, TILE, TILE)
        return torch.cat([tiles, padding]), (canvas.height, canvas.width)

    def preprocess(self, images, return_tensors=None, **values):
        made = [self._tiles(image) for image in (images if isinstance(images, list | tuple) else [images])]
        return BatchFeature(
            data={
                "pixel_values": torch.stack([tiles for tiles, _ in made]),
                "image_sizes": torch.tensor([size for _, size in made]),
            }
        )

    def __call__(self, images, **values):
        return self.preprocess(images, **values)


class Phi3VProcessor(ProcessorMixin):
    def __init__(self, image_processor, tokenizer):
        super().__init__(image_processor, tokenizer)
        self.num_crops = image_processor.num_crops
        self.img_tokens = [f"<|image_{number}|>" for number in range(1, MARKS + 1)]  # vLLM reads this

    def calc_num_image_tokens_from_image_size(self, width, height):
        return self.image_processor.calc_num_image_tokens_from_image_size(width, height)

    def __call__(self, text, images=None, padding=False, truncation=None, max_length=None, return_tensors=None):
        data, counts = {}, []
        if images is not None:
            images = images if isinstance(images, list | tuple) else [images]
            data.update(self.image_processor(images))
            counts = [self.calc_num_image_tokens_from_image_size(*image.size) for image in images]
        (text,) = text if isinstance(text, list | tuple) else (text,)
        ids, start = [], 0
        for mark in MARK.finditer(text):
            ids += self.tokenizer(text[start : mark.start()]).input_ids
            number = int(mark.group(1))
            ids += [-number] * counts[number - 1] if counts else []
            start = mark.end()
        ids += self.tokenizer(text[start:]).input_ids
        data["input_ids"] = torch.tensor([ids])
        data["attention_mask"] = torch.ones_like(data["input_ids"])
        return BatchFeature(data=data)
