// SPDX-License-Identifier: MIT
//
// As toy.c, in Rust: blocks by Box and Vec.

mod store {
    pub struct Image {
        pub bytes: Vec<u8>,
    }

    impl Image {
        pub fn new(size: usize) -> Image {
            Image { bytes: Vec::with_capacity(size) } // takes: vec
        }
    }
}

#[no_mangle]
pub extern "C" fn toy_box(keep: i32) {
    let number = Box::new(std::hint::black_box(7u64)); // takes: box
    if keep != 0 {
        std::hint::black_box(Box::leak(number));
    }
}

#[no_mangle]
pub extern "C" fn toy_vec(keep: i32) {
    let image = std::hint::black_box(store::Image::new(300));
    if keep != 0 {
        std::mem::forget(image.bytes);
    }
}
