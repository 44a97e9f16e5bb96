from . import payment, post_processing
