"""Write a tiny Phi-3-Vision checkpoint with random weights, which a real vLLM serves.

    python checkpoint.py DIRECTORY

Runs in vLLM's own environment. Configuration and tensor names are those that vLLM's phi3v.py reads; the tokenizer is
the SentencePiece one that mistral_common brings, laid out as Phi-3's is; the processor is processor.py beside this
file. Nothing is downloaded.
"""

import json
import shutil
import sys
from pathlib import Path

import mistral_common
import sentencepiece.sentencepiece_model_pb2 as sentencepiece
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, normalizers, processors
from tokenizers.models import BPE

VOCABULARY = 32064
PIECES = 32000
SPECIAL = {
    32000: "<|endoftext|>",
    32001: "<|assistant|>",
    32006: "<|system|>",
    32007: "<|end|>",
    32010: "<|user|>",
    32044: "<|image|>",  # the id that vLLM's phi3v.py fills with an image
}
HIDDEN, INTERMEDIATE, LAYERS, HEADS = 256, 512, 2, 4
CLIP_HIDDEN, CLIP_INTERMEDIATE = 1024, 4096  # of ViT-L/14-336, which vLLM takes for granted
TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + '\n' + message['content'] + '<|end|>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt and messages[-1]['role'] != 'assistant' %}{{ '<|assistant|>\n' }}{% endif %}"
)


def tokenizer() -> Tokenizer:
    """Byte-fallback BPE from a SentencePiece file; like Phi-3's it begins each text with <s>."""
    model = sentencepiece.ModelProto()
    model.ParseFromString((Path(mistral_common.__file__).parent / "data" / "tokenizer.model.v1").read_bytes())
    vocabulary = {piece.piece: rank for rank, piece in enumerate(model.pieces)}
    assert len(vocabulary) == PIECES
    scores = {piece.piece: piece.score for piece in model.pieces}
    merges = sorted(
        (-scores[piece], rank, vocabulary[piece[:cut]], vocabulary[piece[cut:]], piece[:cut], piece[cut:])
        for piece, rank in vocabulary.items()
        for cut in range(1, len(piece))
        if piece[:cut] in vocabulary and piece[cut:] in vocabulary
    )
    pairs = [(merge[-2], merge[-1]) for merge in merges]
    built = Tokenizer(BPE(vocab=vocabulary, merges=pairs, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    built.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    built.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    names = ["<unk>", "<s>", "</s>", *_special_names()]
    built.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in names])
    built.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)]
    )
    assert built.get_vocab_size() == VOCABULARY
    return built


def _special_names() -> list[str]:
    return [SPECIAL.get(number, f"<|placeholder{number - PIECES}|>") for number in range(PIECES, VOCABULARY)]


def config() -> dict[str, object]:
    half = HIDDEN // HEADS // 2
    return {
        "architectures": ["Phi3VForCausalLM"],
        "model_type": "phi3_v",
        "auto_map": {"AutoConfig": "processor.Phi3VConfig"},
        "vocab_size": VOCABULARY,
        "hidden_size": HIDDEN,
        "intermediate_size": INTERMEDIATE,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS,
        "hidden_act": "silu",
        "max_position_embeddings": 131072,
        "original_max_position_embeddings": 4096,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "rope_scaling": {
            "type": "su",
            "short_factor": [1.0 + 0.02 * place / half for place in range(half)],
            "long_factor": [1.0 + 60.0 * place / (half - 1) for place in range(half)],
        },
        "sliding_window": 131072,
        "tie_word_embeddings": False,
        "bos_token_id": 1,
        "eos_token_id": 32000,
        "torch_dtype": "bfloat16",
        "embd_layer": {
            "embedding_cls": "image",
            "hd_transform_order": "sub_glb",
            "projection_cls": "mlp",
            "use_hd_transform": True,
            "with_learnable_separator": True,
        },
        "img_processor": {
            "name": "clip_vision_model",
            "image_dim_out": CLIP_HIDDEN,
            "num_img_tokens": 144,
            "layer_idx": 0,  # vLLM builds the tower up to this layer: one
            "type_feature": "patch",
        },
    }


def weights() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)

    def random(*shape: int, scale: float = 0.02) -> torch.Tensor:
        return (torch.randn(*shape, generator=generator) * scale).to(torch.bfloat16)

    def ones(size: int) -> torch.Tensor:
        return torch.ones(size, dtype=torch.bfloat16)

    def zeros(size: int) -> torch.Tensor:
        return torch.zeros(size, dtype=torch.bfloat16)

    tensors = {
        "model.embed_tokens.weight": random(VOCABULARY, HIDDEN, scale=1.0),
        "model.norm.weight": ones(HIDDEN),
        "lm_head.weight": random(VOCABULARY, HIDDEN, scale=0.05),
    }
    for number in range(LAYERS):
        layer = f"model.layers.{number}."
        tensors |= {
            f"{layer}input_layernorm.weight": ones(HIDDEN),
            f"{layer}post_attention_layernorm.weight": ones(HIDDEN),
            f"{layer}self_attn.qkv_proj.weight": random(3 * HIDDEN, HIDDEN, scale=0.08),
            f"{layer}self_attn.o_proj.weight": random(HIDDEN, HIDDEN, scale=0.08),
            f"{layer}mlp.gate_up_proj.weight": random(2 * INTERMEDIATE, HIDDEN, scale=0.08),
            f"{layer}mlp.down_proj.weight": random(HIDDEN, INTERMEDIATE, scale=0.08),
        }
    vision = "model.vision_embed_tokens."
    tower = f"{vision}img_processor.vision_model."
    tensors |= {
        f"{vision}glb_GN": random(1, 1, 4 * CLIP_HIDDEN),
        f"{vision}sub_GN": random(1, 1, 1, 4 * CLIP_HIDDEN),
        f"{vision}img_projection.0.weight": random(HIDDEN, 4 * CLIP_HIDDEN),
        f"{vision}img_projection.0.bias": zeros(HIDDEN),
        f"{vision}img_projection.2.weight": random(HIDDEN, HIDDEN, scale=0.1),
        f"{vision}img_projection.2.bias": zeros(HIDDEN),
        f"{tower}embeddings.class_embedding": random(CLIP_HIDDEN),
        f"{tower}embeddings.patch_embedding.weight": random(CLIP_HIDDEN, 3, 14, 14),
        f"{tower}embeddings.position_embedding.weight": random(577, CLIP_HIDDEN),
        f"{tower}pre_layrnorm.weight": ones(CLIP_HIDDEN),
        f"{tower}pre_layrnorm.bias": zeros(CLIP_HIDDEN),
    }
    layer = f"{tower}encoder.layers.0."
    sizes = {f"self_attn.{name}_proj": (CLIP_HIDDEN, CLIP_HIDDEN) for name in ("q", "k", "v", "out")}
    sizes |= {"mlp.fc1": (CLIP_INTERMEDIATE, CLIP_HIDDEN), "mlp.fc2": (CLIP_HIDDEN, CLIP_INTERMEDIATE)}
    for name, (rows, columns) in sizes.items():
        tensors |= {f"{layer}{name}.weight": random(rows, columns), f"{layer}{name}.bias": zeros(rows)}
    for name in ("layer_norm1", "layer_norm2"):
        tensors |= {f"{layer}{name}.weight": ones(CLIP_HIDDEN), f"{layer}{name}.bias": zeros(CLIP_HIDDEN)}
    return tensors


def write(folder: Path) -> None:
    """Everything that vLLM reads."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer().save(str(folder / "tokenizer.json"))
    files = {
        "config.json": config(),
        "generation_config.json": {"eos_token_id": [32007, 32001, 32000]},
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "eos_token": "<|endoftext|>",
            "unk_token": "<unk>",
            "pad_token": "<|endoftext|>",
            "additional_special_tokens": _special_names(),
            "model_max_length": 131072,
            "padding_side": "right",
            "clean_up_tokenization_spaces": False,
            "chat_template": TEMPLATE,
        },
        "preprocessor_config.json": {
            "auto_map": {
                "AutoImageProcessor": "processor.Phi3VImageProcessor",
                "AutoProcessor": "processor.Phi3VProcessor",
            },
            "image_processor_type": "Phi3VImageProcessor",
            "processor_class": "Phi3VProcessor",
            "num_crops": 16,
        },
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
    shutil.copy(Path(__file__).with_name("processor.py"), folder)
    save_file(weights(), folder / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    write(Path(sys.argv[1]))
