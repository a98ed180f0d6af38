// On a phone what is marked so begins folded; wider, or without scripts, it stands open.
// Browser story: test_a_phone_shows_what_matters_first_and_opens_the_rest.
if (window.matchMedia("(max-width: 767.98px)").matches) {
  document.querySelectorAll("details.narrow-fold").forEach((fold) => {
    fold.open = fold.querySelector(":target") !== null;
  });
}
